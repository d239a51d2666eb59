using System.Buffers.Binary;
using Timestone.Bytes;

namespace Timestone.Journals.Files;

/// <summary>
/// A few numbers on the disk that are replaced as one: a file of two places, written in turn, so that one is whole whatever
/// happens. In step with docs/file-journal.md.
/// <code>
/// 0   eight letters that say what it is 8   version 12  CRC32C of bytes 0-11 and of everything from 16 on 16  count of writes, from 1: the
/// larger one counts, and stands at 4096 times its remainder by 2 24  the numbers, 8 bytes each
/// </code>
/// </summary>
internal sealed class TwoPlaces : IDisposable
{
    /// <summary>The length of the file.</summary>
    public const int FileBytes = 2 * PlaceBytes;

    private const int PlaceBytes = 4096, Head = 24;

    private readonly IJournalFile _file;
    private readonly byte[] _place;
    private readonly byte[] _magic;
    private readonly uint _version;
    private long _writes;

    /// <param name="file">The file, which it owns.</param>
    /// <param name="magic">Eight letters.</param>
    /// <param name="version">What is written and read.</param>
    /// <param name="count">How many numbers.</param>
    public TwoPlaces(IJournalFile file, ReadOnlySpan<byte> magic, uint version, int count)
    {
        (_file, _magic, _version) = (file, magic.ToArray(), version);
        _place = new byte[Head + (count * sizeof(long))];
        Numbers = new long[count];
        var empty = 0;
        var isOther = false;
        for (var i = 0; i < 2; i++)
        {
            var length = file.Read(_place, i * PlaceBytes);
            empty += _place.AsSpan(0, length).ContainsAnyExcept((byte)0) ? 0 : 1;
            if (length < _place.Length || !_place.AsSpan().StartsWith(magic))
                continue;
            // Zero where the write of it was torn.
            if (BinaryPrimitives.ReadUInt32LittleEndian(_place.AsSpan(8)) is var found && found != version)
                isOther |= found != 0;
            else if (
                BinaryPrimitives.ReadUInt32LittleEndian(_place.AsSpan(12)) == Checksum()
                && BinaryPrimitives.ReadInt64LittleEndian(_place.AsSpan(16)) is var writes
                && writes > _writes
            )
                Take(writes);
        }

        Finding =
            _writes > 0 ? HeaderFinding.Valid
            : isOther ? HeaderFinding.UnknownVersion
            : empty == 2 ? HeaderFinding.Zero
            : HeaderFinding.Damaged;
        MayBeTorn = empty == 1;
    }

    /// <summary>What it was found to be; valid from the first <see cref="Save"/> on.</summary>
    public HeaderFinding Finding { get; private set; }

    /// <summary>Whether, where nothing whole was found, that can be the first write, torn.</summary>
    public bool MayBeTorn { get; }

    /// <summary>The numbers that were made durable last; zeros where none can be read.</summary>
    public long[] Numbers { get; }

    /// <summary>Makes numbers durable.</summary>
    /// <exception cref="IOException">It failed, and the ones before are still there: the next go to the same place.</exception>
    public void Save(params ReadOnlySpan<long> numbers)
    {
        _magic.CopyTo(_place, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(_place.AsSpan(8), _version);
        BinaryPrimitives.WriteInt64LittleEndian(_place.AsSpan(16), _writes + 1);
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(_place.AsSpan(Head + (i * sizeof(long))), numbers[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(_place.AsSpan(12), Checksum());
        _file.Write(_place, (_writes + 1) % 2 * PlaceBytes);
        _file.Flush();
        _writes++;
        numbers.CopyTo(Numbers);
        Finding = HeaderFinding.Valid;
    }

    /// <summary>
    /// Makes durable what was read, before anything is built on it: a process that was killed may have left it in the system's
    /// cache alone. It is written to its own place again, so that the other one stays whole.
    /// </summary>
    /// <exception cref="IOException">It failed, and can be tried again.</exception>
    public void SaveAgain()
    {
        if (_writes == 0)
            return;
        _writes--;
        try
        {
            Save([.. Numbers]);
        }
        catch
        {
            _writes++;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private void Take(long writes)
    {
        _writes = writes;
        for (var i = 0; i < Numbers.Length; i++)
            Numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(_place.AsSpan(Head + (i * sizeof(long))));
    }

    private uint Checksum() => Crc.Of(_place.AsSpan(16), Crc.Of(_place.AsSpan(0, 12)));
}
