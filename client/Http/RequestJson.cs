using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Timestone.Client.Http;

/// <summary>How requests are written.</summary>
internal static class RequestJson
{
    /// <summary>Writes a body.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it holds what JSON cannot say, such as a null that may
    /// not be.</exception>
    public static byte[] Write<T>(T body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(body, type);
        }
        catch (JsonException problem)
        {
            // A path of properties, not of their names on the wire.
            var field = problem.Path is { Length: > 2 } path
                ? string.Join('.', path[2..].Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName))
                : null;
            throw new TimestoneException(ErrorCode.InvalidArgument, problem.Message, field, problem);
        }
    }
}
