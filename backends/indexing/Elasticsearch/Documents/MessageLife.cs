using System.Globalization;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// A message's life as numbers, by which lives are sorted: when its queue was created, in Unix milliseconds, and its place in the order of
/// enqueue.
/// </summary>
internal readonly record struct MessageLife(long CreatedAt, long Sequence)
{
    /// <summary>Reads a life; null when it is none.</summary>
    public static MessageLife? Parse(string life)
    {
        var hyphen = life.LastIndexOf('-');
        return hyphen > 0
            && long.TryParse(life.AsSpan(0, hyphen), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var createdAt)
            && long.TryParse(life.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new MessageLife(createdAt, sequence)
            : null;
    }
}
