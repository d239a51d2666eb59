namespace Timestone.Grains;

/// <summary>
/// How long a caller waits for a grain's answer at the most; an Orleans client can be told to wait less (<see cref="OutsideCalls"/>).
/// Written as Orleans reads it.
/// </summary>
internal static class Patience
{
    /// <summary>A call that is answered at once.</summary>
    public const string Call = "00:00:10";

    /// <summary>A call that waits, for at most <see cref="Limits.MaxWait"/>.</summary>
    public const string Wait = "00:00:40";

    /// <summary>What is done in steps, all of them.</summary>
    public const string Sweep = "00:10:00";
}
