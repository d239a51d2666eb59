namespace Timestone.Journals.Files;

/// <summary>
/// A file of a <see cref="FileJournal"/>. Everything throws <see cref="IOException"/> where it fails. What is written or
/// truncated is durable when a later <see cref="Flush"/> has returned; until then, and after a flush that failed, a crash may
/// keep any part of it.
/// </summary>
public interface IJournalFile : IDisposable
{
    /// <summary>Its length in bytes, space set aside included.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length; fewer bytes only at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes inside the length.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes durable what was written and truncated.</summary>
    void Flush();

    /// <summary>Cuts the file off and frees the space behind.</summary>
    void Truncate(long length);
}
