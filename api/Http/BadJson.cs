using System.Text.Json;
using System.Text.RegularExpressions;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>Says of a body that could not be read which field is at fault, and why, in the words of the wire.</summary>
internal static partial class BadJson
{
    public static TimestoneException Explain(JsonException problem)
    {
        var field =
            problem.Path is null or "$" ? null
            : problem.Path.StartsWith("$.", StringComparison.Ordinal) ? problem.Path[2..]
            : problem.Path[1..];
        if (problem.Message.Contains("maximum configured depth", StringComparison.Ordinal))
            return Invalid(field, RawJson.TooDeep, problem);
        if (problem.InnerException is JsonException)
            return Invalid(field, $"The body is not JSON: {Position().Replace(problem.Message, "")}", problem);

        // The serializer tells its reasons apart by nothing but their text.
        var message = problem.Message;
        if (message.Contains("missing required properties", StringComparison.Ordinal))
        {
            var missing = Quoted().Match(message, message.LastIndexOf(':')).Groups[1].Value;
            field = field is null ? missing : $"{field}.{missing}";
            return Invalid(field, $"{field.Cut()} is required.", problem);
        }

        if (message.Contains("could not be mapped", StringComparison.Ordinal))
            return Invalid(field, $"There is no field {field.Cut()}.", problem);
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal))
            return Invalid(field, $"{field.Cut()} stands twice.", problem);
        if (message.Contains("null values", StringComparison.Ordinal))
            return Invalid(field, $"{field.Cut()} must not be null.", problem);
        if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            return Invalid(
                field,
                field is null ? "The body must be a JSON object." : $"{field.Cut()} has a value that it cannot have.",
                problem
            );
        return Invalid(field, message, problem);
    }

    private static TimestoneException Invalid(string? field, string detail, JsonException problem) =>
        new(ErrorCode.InvalidArgument, detail, field, problem);

    [GeneratedRegex(" Path: .*")]
    private static partial Regex Position();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();
}
