namespace Timestone;

/// <summary>
/// A batch of which the malformed items are answered before it is sent. They have to be: on the way some would be mended (text
/// that is not well-formed), others cannot be said (a null), and one of them would have the whole request refused.
/// </summary>
public sealed class CheckedBatch<T>
    where T : class
{
    // Null when none is.
    private readonly MessageResult?[]? _refused;

    /// <summary>Checks a batch.</summary>
    /// <param name="field">What it is called on the wire.</param>
    /// <param name="items">The batch.</param>
    /// <param name="problem">What is wrong with an item; null when nothing is.</param>
    /// <param name="id">An item's message.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is empty, too long, or has a null in
    /// it.</exception>
    public CheckedBatch(string field, IReadOnlyList<T> items, Func<T, TimestoneError?> problem, Func<T, string?> id)
    {
        Validation.CheckBatch(field, items);
        var sound = new T[items.Count];
        var count = 0;
        for (var i = 0; i < sound.Length; i++)
        {
            if (problem(items[i]) is { } error)
                (_refused ??= new MessageResult?[sound.Length])[i] = new MessageResult { Id = id(items[i]), Error = error };
            else
                sound[count++] = items[i];
        }

        Sound = count == sound.Length ? sound : sound[..count];
    }

    /// <summary>The items to send.</summary>
    public IReadOnlyList<T> Sound { get; }

    /// <summary>The results of all, in order, from the server's of the sound ones; null when these do not pair up.</summary>
    public IReadOnlyList<MessageResult>? Merge(IReadOnlyList<MessageResult>? answered)
    {
        answered ??= [];
        if (answered.Count != Sound.Count || answered.Contains(null!))
            return null;
        if (_refused is null)
            return answered;
        var next = 0;
        var results = new MessageResult[_refused.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = _refused[i] ?? answered[next++];
        return results;
    }
}
