using System.Text.Json;
using Timestone.Json;

namespace Timestone.Client.Http;

/// <summary>Problem details (RFC 9457) as the server gives them; whatever else they hold is passed over.</summary>
internal sealed record Problem(string? Code = null, string? Detail = null, string? Title = null, string? Field = null)
{
    /// <summary>The problem in a body; null when there is none.</summary>
    public static Problem? Read(byte[] body)
    {
        try
        {
            return body.Length == 0 ? null : JsonSerializer.Deserialize(body, ProblemJson.Default.Problem);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The problem as the exception it stands for; null when its code is not known.</summary>
    public TimestoneException? ToException() => EnumNames.Find<ErrorCode>(Code) is { } code
        ? new TimestoneException(code, Detail ?? Title ?? EnumNames.Of(code), Field)
        : null;
}
