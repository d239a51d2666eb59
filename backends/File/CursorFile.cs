using System.Buffers.Binary;

namespace Timestone.Backends.Files;

/// <summary>
/// Remembers a position on the disk: a file of two places, written in turn, so that one is whole whatever happens. In step with
/// docs/file-journal.md.
/// <code>
/// 0   "TSTONCUR"
/// 8   version: 1
/// 12  CRC32C of bytes 0-11 and 16-39
/// 16  count of writes, from 1: the larger one counts, and stands at 4096 times its remainder by 2
/// 24  segment
/// 32  offset
/// </code>
/// </summary>
internal sealed class CursorFile : IDisposable
{
    private const int PlaceBytes = 4096, Size = 40;
    private const uint Version = 1;

    private readonly IJournalFile _file;
    private long _writes;

    private CursorFile(IJournalFile file)
    {
        _file = file;
        Span<byte> place = stackalloc byte[Size];
        var isEmpty = true;
        for (var i = 0; i < 2; i++)
        {
            var length = file.Read(place, i * PlaceBytes);
            isEmpty &= !place[..length].ContainsAnyExcept((byte)0);
            if (length < Size || !IsWhole(place) || BinaryPrimitives.ReadInt64LittleEndian(place[16..]) is var writes && writes <= _writes)
                continue;
            _writes = writes;
            Saved = new LogPosition(BinaryPrimitives.ReadInt64LittleEndian(place[24..]), BinaryPrimitives.ReadInt64LittleEndian(place[32..]));
        }

        // Made, and never written: its reader has acknowledged nothing yet.
        if (isEmpty)
            Saved = LogPosition.First;
    }

    private static ReadOnlySpan<byte> Magic => "TSTONCUR"u8;

    /// <summary>The position that was made durable last; <see cref="LogPosition.Lost"/> where it cannot be read.</summary>
    public LogPosition Saved { get; private set; } = LogPosition.Lost;

    /// <summary>Opens a reader's, or makes it.</summary>
    public static CursorFile Open(IJournalDisk disk, string reader, bool create) =>
        new(create ? disk.Create(FileNames.Cursor(reader), 2 * PlaceBytes) : disk.Open(FileNames.Cursor(reader)));

    /// <summary>Makes a position durable.</summary>
    /// <exception cref="IOException">It failed, and the one before is still there: the next goes to the same place.</exception>
    public void Save(LogPosition position)
    {
        Span<byte> place = stackalloc byte[Size];
        Magic.CopyTo(place);
        BinaryPrimitives.WriteUInt32LittleEndian(place[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], _writes + 1);
        BinaryPrimitives.WriteInt64LittleEndian(place[24..], position.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(place[32..], position.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(place[12..], Checksum(place));
        _file.Write(place, (_writes + 1) % 2 * PlaceBytes);
        _file.Flush();
        _writes++;
        Saved = position;
    }

    public void Dispose() => _file.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> place) =>
        place.StartsWith(Magic)
        && BinaryPrimitives.ReadUInt32LittleEndian(place[8..]) == Version
        && BinaryPrimitives.ReadUInt32LittleEndian(place[12..]) == Checksum(place);

    private static uint Checksum(ReadOnlySpan<byte> place) => Crc.Of(place[16..Size], Crc.Of(place[..12]));
}
