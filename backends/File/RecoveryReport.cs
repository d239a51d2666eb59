namespace Timestone.Backends.Files;

/// <summary>What a start of a <see cref="FileJournal"/> found.</summary>
/// <param name="Segments">Segments read.</param>
/// <param name="Bytes">Bytes of log in them.</param>
/// <param name="Queues">Queues that exist.</param>
/// <param name="Messages">Messages in them, those that have ended and are kept included.</param>
/// <param name="CutOffBytes">Bytes of a torn tail, never answered, that were cut off; 0 after a clean end.</param>
/// <param name="Duration">How long reading took.</param>
public sealed record RecoveryReport(int Segments, long Bytes, int Queues, long Messages, long CutOffBytes, TimeSpan Duration);
