namespace Timestone.Client.Worker;

/// <summary>
/// A message that this worker holds. All times are counted from the worker's start, by a clock that is never set.
/// Changed only by its <see cref="LeaseKeeper"/>, under that one's lock.
/// </summary>
internal sealed class HeldLease : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TimeSpan _length;
    private readonly TimeSpan _trusted;

    public HeldLease(Message message, TimeSpan askedAt, TimeSpan margin)
    {
        Message = message;
        CancellationToken = _cancellation.Token;

        // The length by the server's clock alone; this machine's may differ.
        _length = message.LeaseExpiresAt - message.UpdatedAt ?? TimeSpan.Zero;
        _trusted = _length - TimeSpan.FromTicks(Math.Min(margin.Ticks, _length.Ticks / 4));
        TrustFrom(askedAt);
    }

    public Message Message { get; }

    public string Id => Message.Id;

    public string Token => Message.LeaseToken!;

    /// <summary>Canceled when the handler must end.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Why the handler must end; set before the token is canceled.</summary>
    public CancellationCause CancellationCause { get; private set; }

    /// <summary>Whether the service has said that the lease is another's or nobody's.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether the work has ended, so that the lease is no longer kept.</summary>
    public bool IsDropped { get; set; }

    public TimeSpan TrustedUntil { get; private set; }

    /// <summary>When to ask for an extension; the largest time while one is under way.</summary>
    public TimeSpan ExtendAt { get; set; }

    /// <summary>
    /// The service starts to count a lease no earlier than it was asked for it, so that this is a time it surely lasts
    /// to. Two thirds of it are left for extending, and for trying that again.
    /// </summary>
    public void TrustFrom(TimeSpan askedAt)
    {
        if (askedAt + _trusted > TrustedUntil)
            TrustedUntil = askedAt + _trusted;
        ExtendAt = TrustedUntil - (_trusted * 2 / 3);
    }

    /// <summary>The service says how long the lease lasts from a time, which may be shorter than it was believed to.</summary>
    public void TrustFor(TimeSpan askedAt, TimeSpan left)
    {
        TrustedUntil = TimeSpan.Zero;
        TrustFrom(askedAt + left - _length);
    }

    /// <summary>Tells the handler to end; the first cause stands. Its callbacks run elsewhere, as the caller may hold a lock.</summary>
    public void Cancel(CancellationCause cause)
    {
        if (CancellationCause == CancellationCause.None)
            CancellationCause = cause;
        _ = _cancellation.CancelAsync();
    }

    public void Dispose() => _cancellation.Dispose();
}
