using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Timestone.Indexing.Memory;

/// <summary>
/// A message's id as UTF-8, in place where it is of a usual length: no object for the collector to follow, and half of what a string takes.
/// </summary>
internal struct InlineId
{
    private const int MostInline = 39;

    private readonly byte[]? _long;
    private Bytes _bytes;
    private readonly byte _length;

    public InlineId(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostInline)
        {
            _long = utf8.ToArray();
            return;
        }

        utf8.CopyTo(_bytes);
        _length = (byte)utf8.Length;
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Utf8 => _long ?? ((ReadOnlySpan<byte>)_bytes)[.._length];

    public override readonly string ToString() => Encoding.UTF8.GetString(Utf8);

    [InlineArray(MostInline)]
    private struct Bytes
    {
        private byte _first;
    }
}
