namespace Timestone.Journals.Files;

/// <summary>Remembers a position on the disk. In step with docs/file-journal.md.</summary>
internal sealed class CursorFile : IDisposable
{
    private const uint Version = 1;

    private readonly TwoPlaces _places;

    private CursorFile(IJournalFile file)
    {
        _places = new TwoPlaces(file, "TSTONCUR"u8, Version, 2);
        Saved = _places.Finding switch
        {
            HeaderFinding.Valid => new LogPosition(_places.Numbers[0], _places.Numbers[1]),
            // Made, and never written: its reader has acknowledged nothing yet.
            HeaderFinding.Zero => LogPosition.First,
            _ => LogPosition.Lost,
        };
    }

    /// <summary>The position that was made durable last; <see cref="LogPosition.Lost"/> where it cannot be read.</summary>
    public LogPosition Saved { get; private set; }

    /// <summary>Opens a reader's, or makes it.</summary>
    public static CursorFile Open(IJournalDisk disk, string reader, bool create) =>
        new(create ? disk.Create(FileNames.Cursor(reader), TwoPlaces.FileBytes) : disk.Open(FileNames.Cursor(reader)));

    /// <summary>Makes a position durable.</summary>
    /// <exception cref="IOException">It failed, and the one before is still there.</exception>
    public void Save(LogPosition position)
    {
        _places.Save(position.Segment, position.Offset);
        Saved = position;
    }

    public void Dispose() => _places.Dispose();
}
