namespace Timestone.Api;

/// <summary>A message that a stream has brought to its worker. Times are timestamps of the machine, which are never set.</summary>
/// <param name="message">The message as it was leased.</param>
/// <param name="askedAt">When it was asked for: the lease began no earlier.</param>
internal sealed class StreamedLease(Message message, long askedAt)
{
    private readonly TimeSpan _length = message.LeaseExpiresAt - message.UpdatedAt ?? TimeSpan.Zero;
    private long _endsAt = EndOf(askedAt, message.LeaseExpiresAt - message.UpdatedAt ?? TimeSpan.Zero);

    public LeaseReference Reference { get; } = new(message.Id, message.LeaseToken!);

    /// <summary>What makes it as long again.</summary>
    public LeaseExtension Extension => new() { Id = Reference.Id, LeaseToken = Reference.LeaseToken };

    /// <summary>Whether a handler may have begun with it.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>How much of the lease surely is left.</summary>
    public TimeSpan Left => TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), Volatile.Read(ref _endsAt));

    /// <summary>Whether so much of the lease may have passed that a worker had better be given a fresh one.</summary>
    public bool IsOld => Left < _length * 3 / 4;

    /// <summary>Notes an extension.</summary>
    /// <param name="asked">When it was asked for.</param>
    /// <param name="length">For how long; null for as long as the lease was given for.</param>
    public void Extend(long asked, TimeSpan? length) => Volatile.Write(ref _endsAt, EndOf(asked, length ?? _length));

    /// <summary>Notes that a handler begins.</summary>
    public void Begin() => IsBegun = true;

    private static long EndOf(long from, TimeSpan length) => from + (long)(length.TotalSeconds * TimeProvider.System.TimestampFrequency);
}
