namespace Timestone.Journals.Files;

/// <summary>
/// The directory a <see cref="FileJournal"/> lies in, as little of it as the journal needs: the seam at which a simulator
/// injects torn writes, crashes, failures and full disks. Everything throws <see cref="IOException"/> where it fails.
/// What these methods do to the directory is durable when they return, and happens entirely or not at all. Used from several
/// threads, unless the journal is <see cref="FileJournalOptions.Manual"/>.
/// </summary>
public interface IJournalDisk
{
    /// <summary>Bytes that files can still be given; null where that is not known.</summary>
    long? FreeBytes => null;

    /// <summary>The names of all files, in any order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Makes a file of zeros whose space is set aside, so that writing to it cannot fail for want of space.</summary>
    /// <exception cref="IOException">There is no room: no file is left behind.</exception>
    IJournalFile Create(string name, long length);

    /// <summary>Opens a file for reading and writing. A file can be open several times.</summary>
    IJournalFile Open(string name);

    /// <summary>Renames a file, which may be open; no other has the new name.</summary>
    void Rename(string name, string newName);

    /// <summary>Removes a file and frees its space.</summary>
    void Delete(string name);
}
