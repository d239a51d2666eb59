namespace Timestone.Resilience;

/// <summary>A failure that the log was told of by whom it came from: those who try again need not.</summary>
internal sealed class ToldException(IOException problem) : IOException(problem.Message, problem);
