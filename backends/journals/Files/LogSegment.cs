namespace Timestone.Journals.Files;

/// <summary>A segment and how many bytes of it are durable log.</summary>
internal readonly record struct LogSegment(long Number, long Length);
