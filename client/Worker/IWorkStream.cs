namespace Timestone.Client.Worker;

/// <summary>A stream that feeds a worker. Thread-safe.</summary>
internal interface IWorkStream : IAsyncDisposable
{
    /// <summary>Ends with the first word of the server; fails when the stream ends before.</summary>
    /// <exception cref="TimestoneException">Why it ended.</exception>
    Task Begun { get; }

    /// <summary>Ends when the server brings no more messages: it has said so, or the stream is over.</summary>
    /// <exception cref="TimestoneException">Why it is over.</exception>
    Task Ended { get; }

    /// <summary>Whether the server does not know such streams.</summary>
    bool IsUnknown { get; }

    /// <summary>Has the server bring so many more messages.</summary>
    void Credit(int messages);

    /// <summary>Says that a handler is about to begin; answers how long its lease lasts from now.</summary>
    /// <exception cref="TimestoneException">It must not begin.</exception>
    Task<TimeSpan> BeginAsync(HeldLease lease);

    /// <summary>Ends leases.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: the stream is over.</exception>
    Task<IReadOnlyList<MessageResult>> SettleAsync(IReadOnlyList<Settlement> settlements);

    /// <summary>Extends leases.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: the stream is over.</exception>
    Task<IReadOnlyList<MessageResult>> ExtendAsync(IReadOnlyList<LeaseExtension> extensions);
}
