using System.Globalization;

namespace Timestone.Engine;

/// <summary>
/// Tells apart messages that had the same id one after the other, also in queues of one name. To callers it is an opaque text; as numbers
/// it has the order in which the messages came.
/// </summary>
/// <param name="QueueCreatedAt">When the message's queue was created, in Unix milliseconds.</param>
/// <param name="Sequence">The message's place in the order of enqueue.</param>
public readonly record struct LifeId(long QueueCreatedAt, long Sequence)
{
    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">It is no life.</exception>
    public static LifeId Parse(string text) =>
        TryParse(text, out var life) ? life : throw new FormatException($"'{text}' is no life of a message.");

    /// <summary>Reads what <see cref="ToString"/> writes; false where it is no life.</summary>
    public static bool TryParse(string? text, out LifeId life)
    {
        life = default;
        var hyphen = text?.LastIndexOf('-') ?? 0;
        if (
            hyphen <= 0
            || !long.TryParse(text.AsSpan(0, hyphen), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var createdAt)
            || !long.TryParse(text.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
        )
            return false;
        life = new LifeId(createdAt, sequence);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{QueueCreatedAt}-{Sequence}");
}
