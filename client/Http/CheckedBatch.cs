namespace Timestone.Client.Http;

/// <summary>
/// A batch of which the malformed items are answered here. They have to be: JSON would mend some on the way (text that
/// is not well-formed) and cannot say others (a null), and one of them would have the whole request refused.
/// </summary>
internal sealed class CheckedBatch<T>
    where T : class
{
    private readonly MessageResult?[] _refused;

    public CheckedBatch(string field, IReadOnlyList<T> items, Func<T, TimestoneError?> problem, Func<T, string?> id)
    {
        Validation.CheckBatch(field, items);
        _refused = new MessageResult?[items.Count];
        var sound = new List<T>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (problem(items[i]) is { } error)
                _refused[i] = new MessageResult { Id = id(items[i]), Error = error };
            else
                sound.Add(items[i]);
        }

        Sound = sound;
    }

    /// <summary>The items to send.</summary>
    public IReadOnlyList<T> Sound { get; }

    /// <summary>The results of all, in order, from the server's of the sound ones; null when these do not pair up.</summary>
    public IReadOnlyList<MessageResult>? Merge(IReadOnlyList<MessageResult>? answered)
    {
        answered ??= [];
        if (answered.Count != Sound.Count || answered.Contains(null!))
            return null;
        var next = 0;
        var results = new MessageResult[_refused.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = _refused[i] ?? answered[next++];
        return results;
    }
}
