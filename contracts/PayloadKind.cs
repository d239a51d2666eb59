namespace Timestone;

/// <summary>How a payload was given and is given back.</summary>
public enum PayloadKind
{
    /// <summary>Not given.</summary>
    None = 0,

    /// <summary>One JSON value, kept as the bytes it came in.</summary>
    Json = 1,

    /// <summary>Bytes that Timestone does not look into; base64 on the wire.</summary>
    Bytes = 2,
}
