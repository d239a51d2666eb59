namespace Timestone.Tests.Reference;

/// <summary>What a queue tells of itself.</summary>
internal sealed partial class ReferenceQueue
{
    public QueueInfo Info => new() { Name = name, Settings = Settings, CreatedAt = CreatedAt };

    /// <summary>The messages of a state, or of all, in the order in which they are listed.</summary>
    public IEnumerable<ReferenceMessage> Listed(MessageState? state) =>
        _messages.Where(message => state is null || message.State == state).OrderBy(static message => message.Place);

    /// <summary>The queue in figures, those of a window of the last so many milliseconds.</summary>
    public QueueStats Stats(long window = 60_000)
    {
        var recent = _past.Where(one => one.At > Now - window).ToList();
        var late = recent.Where(static one => one.Lateness > 0).Select(static one => one.Lateness!.Value).ToList();
        var oldest = Listed(MessageState.Pending).Min(static message => (long?)message.EnqueuedAt);
        var seconds = Math.Clamp((Time(Now) - CreatedAt).TotalSeconds, 1, 60);
        return new QueueStats
        {
            Queue = name,
            At = Time(Now),
            Counts = StateCounts.Of(state => _messages.Count(message => message.State == state)),
            OldestPending = oldest is { } enqueued ? TimeSpan.FromMilliseconds(Now - enqueued) : null,
            Lateness = new Lateness
            {
                Dequeued = recent.Count(static one => one.Lateness is not null),
                Late = late.Count,
                Mean = TimeSpan.FromMilliseconds(late.DefaultIfEmpty().Average()),
                Max = TimeSpan.FromMilliseconds(late.DefaultIfEmpty().Max()),
            },
            Rates = new QueueRates(
                PerSecond(TransitionCause.Enqueue),
                PerSecond(TransitionCause.Dequeue),
                PerSecond(TransitionCause.Complete),
                PerSecond(TransitionCause.Fail, TransitionCause.Expire)
            ),
            Removed = new RemovalCounts(Removed(TransitionCause.Retention), Removed(TransitionCause.Purge), Removed(TransitionCause.Bound)),
        };

        double PerSecond(params TransitionCause[] causes) => recent.Count(one => causes.Contains(one.Cause)) / seconds;
        long Removed(TransitionCause cause) => _past.Count(one => one.Cause == cause);
    }

    public Message Describe(ReferenceMessage message) => new()
    {
        Queue = name,
        Id = message.Id,
        State = message.State,
        Payload = message.Given.Payload,
        Metadata = message.Given.Metadata,
        Priority = message.Priority,
        Deadline = message.Given.Deadline,
        Version = message.Version,
        Attempt = message.Attempt,
        AttemptsLeft = Math.Max(message.State <= MessageState.Pending ? 1 : 0, Settings.MaxAttempts - message.Attempt),
        EnqueuedAt = Time(message.EnqueuedAt),
        UpdatedAt = Time(message.UpdatedAt),
        VisibleAt = message.State == MessageState.Invisible ? Time(message.DueAt!.Value) : null,
        LeaseExpiresAt = message.State == MessageState.Running ? Time(message.DueAt!.Value) : null,
        Worker = message.Lease?.Worker,
        Error = message.Error,
        Result = message.Result,
        Progress = message.Progress,
    };

    /// <summary>A message as an index shows it.</summary>
    public IndexedMessage Indexed(ReferenceMessage message) => new()
    {
        Queue = name,
        Id = message.Id,
        Life = LifeOf(message),
        Version = message.Version,
        State = message.State,
        Priority = message.Priority,
        Deadline = message.Given.Deadline,
        Metadata = message.Given.Metadata,
        EnqueuedAt = Time(message.EnqueuedAt),
        UpdatedAt = Time(message.UpdatedAt),
        VisibleAt = message.State == MessageState.Invisible ? Time(message.DueAt!.Value) : null,
        Attempt = message.Attempt,
        Worker = message.Lease?.Worker,
        Error = message.Error,
    };

    private void Tell(ReferenceMessage message, int version, MessageState? from, MessageState? to, long at, TransitionCause cause) =>
        Told?.Invoke(
            new Transition
            {
                Queue = name,
                Id = message.Id,
                Life = LifeOf(message),
                Version = version,
                From = from,
                To = to,
                Cause = cause,
                At = Time(at),
                InFrom = from is null || to is null ? null : TimeSpan.FromMilliseconds(at - message.UpdatedAt),
                Attempt = message.Attempt,
                Worker = to is null ? null : message.Lease?.Worker,
                Error = to is null ? null : message.Error,
                Priority = message.Priority,
                Deadline = message.Given.Deadline,
                MissedDeadline = cause == TransitionCause.Dequeue && Time(at) > message.Given.Deadline,
                Metadata = message.Given.Metadata,
                EnqueuedAt = Time(message.EnqueuedAt),
            }
        );

    private string LifeOf(ReferenceMessage message) => $"{CreatedAt.UtcTicks}-{message.Sequence}";

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
