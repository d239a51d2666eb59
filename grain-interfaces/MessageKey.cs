namespace Timestone.Grains;

/// <summary>The key of a message's grain: <c>queue/id</c>. Neither can have a slash in it.</summary>
/// <param name="Queue">The queue's name.</param>
/// <param name="Id">The message's id.</param>
public readonly record struct MessageKey(string Queue, string Id)
{
    /// <summary>Reads a key.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is none.</exception>
    public static MessageKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var parsed = slash < 0 ? new MessageKey(key, "") : new MessageKey(key[..slash], key[(slash + 1)..]);
        Validation.CheckQueueName(parsed.Queue);
        Validation.CheckId(parsed.Id);
        return parsed;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Queue}/{Id}";
}
