namespace Timestone.Cli;

/// <summary>The answer of <c>queue delete</c>.</summary>
internal sealed record DeletedQueue(string Deleted);
