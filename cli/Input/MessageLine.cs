using System.Text.Json;
using System.Text.Unicode;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>A message as on the wire, one on a line.</summary>
internal static class MessageLine
{
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is no message; the field is named where one is at
    /// fault.</exception>
    public static NewMessage Parse(ReadOnlyMemory<byte> line)
    {
        // Checked once for the whole line, as a payload is taken as it stands.
        if (!Utf8.IsValid(line.Span))
            throw Refused("not valid UTF-8", field: null, inner: null);
        try
        {
            return JsonSerializer.Deserialize(line.Span, TimestoneJson.Default.NewMessage)
                ?? throw Refused("not a message but null", field: null, inner: null);
        }
        catch (JsonException problem)
        {
            var field = problem.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;
            throw Refused(What(problem), field, problem);
        }
    }

    // The serializer's own words name .NET types and positions within them; these three say the same to a user.
    private static string What(JsonException problem) =>
        problem switch
        {
            { InnerException: JsonException } =>
                $"not JSON at byte {problem.BytePositionInLine + 1}: {problem.InnerException.Message.Split(" LineNumber:")[0]}",
            _ when problem.Message.Contains("could not be mapped", StringComparison.Ordinal) => "a field that no message has",
            _ when problem.Message.Contains("could not be converted", StringComparison.Ordinal) => "a value of the wrong type",
            _ => problem.Message,
        };

    private static TimestoneException Refused(string what, string? field, Exception? inner) =>
        new(ErrorCode.InvalidArgument, what, field, inner);
}
