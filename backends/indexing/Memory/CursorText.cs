using System.Buffers.Text;
using System.Text;

namespace Timestone.Indexing.Memory;

/// <summary>Cursors: parts that hold no '/', so joined and in base64 that an address can hold.</summary>
internal static class CursorText
{
    public static string Write(string parts) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(parts));

    /// <summary>The parts; null when it is no cursor.</summary>
    public static string[]? Read(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('/');
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public static TimestoneException Refusal() => Validation.Invalid("cursor", "cursor must be that of the page before.");
}
