namespace Timestone.Engine;

/// <summary>Metadata that are equal in the values of some keys, whatever else they hold. All of the keys must be there.</summary>
internal sealed class KeyValuesComparer(string[] keys) : IEqualityComparer<Metadata>
{
    public bool Equals(Metadata? x, Metadata? y)
    {
        foreach (var key in keys)
        {
            if (x![key] != y![key])
                return false;
        }

        return true;
    }

    public int GetHashCode(Metadata obj)
    {
        var hash = 17;
        foreach (var key in keys)
            hash = (hash * 31) + obj[key].GetHashCode(StringComparison.Ordinal);
        return hash;
    }
}
