using System.Text.Json;
using Timestone.Json;

namespace Timestone.Client.Http;

/// <summary>Problem details (RFC 9457) as the server gives them; whatever else they hold is passed over.</summary>
internal sealed record Problem(string? Code = null, string? Detail = null, string? Title = null, string? Field = null)
{
    private static readonly Dictionary<string, ErrorCode> Codes =
        Enum.GetValues<ErrorCode>().ToDictionary(EnumNames.Of);

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
    public TimestoneException? ToException() => Code is not null && Codes.TryGetValue(Code, out var code)
        ? new TimestoneException(code, Detail ?? Title ?? Code, Field)
        : null;
}
