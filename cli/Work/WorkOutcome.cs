using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>What became of the command that was run for one message.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="Attempt">Which attempt it was.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">The command's exit code; null when it was killed.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Error">The end of its standard error, when it failed.</param>
internal sealed record WorkOutcome(
    string Id,
    int Attempt,
    CommandEnd Outcome,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ExitCode,
    [property: JsonConverter(typeof(SecondsConverter))] TimeSpan Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);
