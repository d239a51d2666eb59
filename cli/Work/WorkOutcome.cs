namespace Timestone.Cli;
internal sealed record WorkOutcome(string Id);
