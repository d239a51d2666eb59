namespace Timestone.Tests.Elasticsearch;

/// <summary>The documents of an index that searches see, also by the values of each field that was asked for.</summary>
internal sealed class StandInView
{
    private readonly Dictionary<string, StandInDocument> _documents = [];
    private readonly Dictionary<string, Dictionary<IComparable, HashSet<StandInDocument>>> _byField = [];

    public IReadOnlyCollection<StandInDocument> All => _documents.Values;

    /// <summary>Those that have a value in a field.</summary>
    public IReadOnlyCollection<StandInDocument> With(string field, IComparable value)
    {
        if (!_byField.TryGetValue(field, out var byValue))
        {
            _byField.Add(field, byValue = []);
            foreach (var document in All)
                Add(byValue, field, document);
        }

        return byValue.GetValueOrDefault(value, []);
    }

    /// <summary>Takes what was written in the place of what was there.</summary>
    public void Put(StandInDocument document)
    {
        if (_documents.Remove(document.Id, out var old))
        {
            foreach (var (field, byValue) in _byField)
            {
                foreach (var value in old.Values(field))
                    byValue[value].Remove(old);
            }
        }

        if (document.Source is null)
            return;
        _documents.Add(document.Id, document);
        foreach (var (field, byValue) in _byField)
            Add(byValue, field, document);
    }

    private static void Add(Dictionary<IComparable, HashSet<StandInDocument>> byValue, string field, StandInDocument document)
    {
        foreach (var value in document.Values(field))
        {
            if (!byValue.TryGetValue(value, out var documents))
                byValue.Add(value, documents = []);
            documents.Add(document);
        }
    }
}
