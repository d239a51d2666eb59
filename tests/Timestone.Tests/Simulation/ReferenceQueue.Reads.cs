namespace Timestone.Tests.Simulation;

/// <summary>The commands that change nothing.</summary>
internal sealed partial class ReferenceQueue
{
    private object Get(string id) => Find(id) is { } message ? Describe(message) : Error(ErrorCode.MessageNotFound);

    private Message[] List(MessageState? state) => _messages
        .Where(message => state is null || message.State == state)
        .OrderBy(message => message.State)
        .ThenBy(message => message.State == MessageState.Pending ? message.Priority : message.DueAt)
        .ThenBy(message => message.Sequence)
        .Select(Describe)
        .ToArray();

    private long Depth(MessageState? state, Metadata filter) =>
        _messages.Count(message =>
            (state is null ? !message.IsTerminal : message.State == state) && message.Given.Metadata.Matches(filter)
        );

    private ReferenceStats Stats() =>
        new(
            new StateCounts(
                Count(MessageState.Invisible),
                Count(MessageState.Pending),
                Count(MessageState.Running),
                Count(MessageState.Completed),
                Count(MessageState.Canceled),
                Count(MessageState.Errored)
            ),
            _messages.Where(message => message.State == MessageState.Pending).Min(message => (long?)message.EnqueuedAt) is { } oldest
                ? TimeSpan.FromMilliseconds(Now - oldest)
                : null,
            OfLastMinute(since => Activity.Since(since, late: false)),
            OfLastMinute(since => Activity.Since(since, late: true)),
            OfLastMinute(Activity.Latest),
            new RemovalCounts(Activity.Retired, Activity.Purged, Activity.Bounded)
        );

    // What happened in the first or the last second of the minute may count or not.
    private (long Least, long Most) OfLastMinute(Func<long, long> figure) => (figure(Now - 58_000), figure(Now - 62_000));

    private long Count(MessageState state) => _messages.Count(message => message.State == state);

    private Message Describe(ReferenceMessage message) => new()
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
        VisibleAt = message.State == MessageState.Invisible ? Time(message.DueAt) : null,
        LeaseExpiresAt = message.State == MessageState.Running ? Time(message.DueAt) : null,
        Worker = message.Lease?.Worker,
        Error = message.Error,
        Result = message.Result,
        Progress = message.Progress,
    };

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
