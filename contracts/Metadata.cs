using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// Up to <see cref="Limits.MaxMetadataPairs"/> pairs of text that describe a message, or that a filter asks for.
/// Immutable, ordered by key, equal by value.
/// </summary>
[JsonConverter(typeof(MetadataConverter))]
public sealed class Metadata : IReadOnlyDictionary<string, string>, IEquatable<Metadata>
{
    private readonly KeyValuePair<string, string>[] _pairs;

    private Metadata(KeyValuePair<string, string>[] pairs) => _pairs = pairs;

    /// <summary>No pairs.</summary>
    public static Metadata Empty { get; } = new([]);

    /// <summary>Makes metadata of pairs in any order.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a key stands twice.</exception>
    public static Metadata From(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        if (pairs is Metadata metadata)
            return metadata;
        var sorted = pairs.ToArray();
        if (sorted.Length == 0)
            return Empty;
        Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Key == sorted[i].Key)
                throw Validation.Invalid("metadata", $"The metadata key '{sorted[i].Key.Cut()}' stands twice.");
        }

        return new Metadata(sorted);
    }

    /// <summary>Makes metadata of one pair.</summary>
    public static Metadata Of(string key, string value) => new([new(key, value)]);

    /// <summary>Metadata from a dictionary, so that one can be given where metadata is asked for.</summary>
    public static implicit operator Metadata(Dictionary<string, string> pairs) => From(pairs);

    /// <inheritdoc/>
    public int Count => _pairs.Length;

    /// <summary>The pairs in the order of their keys, without a copy.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> Pairs => _pairs;

    /// <inheritdoc/>
    public string this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"No metadata key '{key}'.");

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _pairs.Select(static pair => pair.Key);

    /// <inheritdoc/>
    public IEnumerable<string> Values => _pairs.Select(static pair => pair.Value);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        foreach (var pair in _pairs)
        {
            if (pair.Key == key)
            {
                value = pair.Value;
                return true;
            }
        }

        value = null;
        return false;
    }

    /// <summary>Whether every pair of the filter stands here too. The empty filter matches everything.</summary>
    public bool Matches(Metadata filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        foreach (var pair in filter._pairs)
        {
            if (!TryGetValue(pair.Key, out var value) || value != pair.Value)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Metadata? other) => other is not null && (ReferenceEquals(this, other) || SamePairs(_pairs, other._pairs));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Metadata);

    // Pairs know no equality of their own: comparing them as such would box each.
    private static bool SamePairs(KeyValuePair<string, string>[] left, KeyValuePair<string, string>[] right)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i].Key != right[i].Key || left[i].Value != right[i].Value)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _pairs)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    /// <summary>For people: <c>key:value key:value</c>.</summary>
    public override string ToString() => string.Join(' ', _pairs.Select(static pair => $"{pair.Key}:{pair.Value}"));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
