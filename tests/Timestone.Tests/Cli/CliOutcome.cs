using System.Text.Json;

namespace Timestone.Tests.Cli;

/// <summary>What one run of the program came to.</summary>
public sealed record CliOutcome(int Code, string Out, string Error)
{
    public JsonElement Document() => JsonDocument.Parse(Out).RootElement;

    public IReadOnlyList<JsonElement> Lines() =>
        [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
}
