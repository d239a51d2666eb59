using System.Text;

namespace Timestone.Bytes;

/// <summary>
/// Gives equal text as one string: names of workers and metadata repeat over and over. A later text takes an earlier one's place.
/// </summary>
internal sealed class TextCache
{
    private const int Slots = 4096;

    private readonly string?[] _texts = new string?[Slots];

    /// <summary>The text of these bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        ref var slot = ref _texts[Crc.Of(utf8) & (Slots - 1)];
        return slot is not null && Ascii.Equals(utf8, slot) ? slot : slot = Encoding.UTF8.GetString(utf8);
    }
}
