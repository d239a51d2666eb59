namespace Timestone.Engine;

/// <summary>
/// A set of metadata keys. As a comparer it takes metadata that have all of the keys, and tells them apart by these keys' values alone.
/// </summary>
internal sealed class KeySet(Metadata filter) : IEqualityComparer<Metadata>
{
    private readonly string[] _keys = [.. filter.Keys];

    public static KeySet None { get; } = new(Metadata.Empty);

    /// <summary>Whether these are exactly the keys of a filter.</summary>
    public bool IsThatOf(Metadata filter) => filter.Count == _keys.Length && KeysComparer.SameKeys(filter, _keys);

    /// <summary>Whether a key is one of them.</summary>
    public bool Has(string key) => _keys.Contains(key);

    /// <summary>Whether the metadata have all of the keys.</summary>
    public bool IsIn(Metadata metadata)
    {
        foreach (var key in _keys)
        {
            if (!metadata.ContainsKey(key))
                return false;
        }

        return true;
    }

    public bool Equals(Metadata? x, Metadata? y)
    {
        foreach (var key in _keys)
        {
            if (x![key] != y![key])
                return false;
        }

        return true;
    }

    public int GetHashCode(Metadata obj)
    {
        var hash = 17;
        foreach (var key in _keys)
            hash = (hash * 31) + obj[key].GetHashCode(StringComparison.Ordinal);
        return hash;
    }

    /// <summary>Tells metadata apart by their keys, whatever the values.</summary>
    public sealed class KeysComparer : IEqualityComparer<Metadata>
    {
        public static KeysComparer Instance { get; } = new();

        public static bool SameKeys(Metadata metadata, ReadOnlySpan<string> keys)
        {
            var pairs = metadata.Pairs;
            for (var i = 0; i < keys.Length; i++)
            {
                if (pairs[i].Key != keys[i])
                    return false;
            }

            return true;
        }

        public bool Equals(Metadata? x, Metadata? y)
        {
            var left = x!.Pairs;
            var right = y!.Pairs;
            if (left.Length != right.Length)
                return false;
            for (var i = 0; i < left.Length; i++)
            {
                if (left[i].Key != right[i].Key)
                    return false;
            }

            return true;
        }

        public int GetHashCode(Metadata obj)
        {
            var hash = 17;
            foreach (var (key, _) in obj.Pairs)
                hash = (hash * 31) + key.GetHashCode(StringComparison.Ordinal);
            return hash;
        }
    }
}
