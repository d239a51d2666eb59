namespace Timestone.Engine;

/// <summary>A commit was refused because the queue was opened again since: someone else owns it.</summary>
public sealed class JournalFencedException(string queue, long epoch)
    : IOException($"Queue '{queue}' was opened by someone else: epoch {epoch} is over.");
