using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Timestone.Json;

/// <summary>How requests are written, and records between silos.</summary>
public static class RequestJson
{
    /// <summary>Writes a record.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it holds what JSON cannot say, such as a null that may not be.</exception>
    public static byte[] Write<T>(T record, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(record, type);
        }
        catch (JsonException problem)
        {
            // A path of properties, not of their names on the wire.
            var field = problem.Path is { Length: > 2 } path ? string.Join('.', path[2..].Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName)) : null;
            throw new TimestoneException(ErrorCode.InvalidArgument, problem.Message, field, problem);
        }
    }
}
