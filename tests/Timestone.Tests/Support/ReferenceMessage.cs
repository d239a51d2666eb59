namespace Timestone.Tests.Support;

/// <summary>A message of <see cref="ReferenceTimestone"/>.</summary>
internal sealed class ReferenceMessage
{
    public required string Id { get; init; }

    /// <summary>What the producer gave, to compare a duplicate with.</summary>
    public required NewMessage Given { get; init; }

    public required long Sequence { get; init; }

    public required long Priority { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    public MessageState State { get; set; }

    /// <summary>When the clock moves it on; null while pending.</summary>
    public DateTimeOffset? Due { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public int Version { get; set; }

    public int Attempt { get; set; }

    public string? Token { get; set; }

    public TimeSpan LeaseLength { get; set; }

    public string? Worker { get; set; }

    public string? RequestId { get; set; }

    public string? Error { get; set; }

    public Payload Result { get; set; }

    public Payload Progress { get; set; }

    public bool Redriven { get; set; }

    /// <summary>The leases that consumers ended, latest last.</summary>
    public List<(string Token, SettlementAction Action)> Ended { get; } = [];

    public bool IsTerminal => State >= MessageState.Completed;

    public MessageResult Answer(bool duplicate) => new() { Id = Id, State = State, Version = Version, Duplicate = duplicate };

    public Message Describe(string queue, int maxAttempts) => new()
    {
        Queue = queue,
        Id = Id,
        State = State,
        Payload = Given.Payload,
        Metadata = Given.Metadata,
        Priority = Priority,
        Deadline = Given.Deadline,
        Version = Version,
        Attempt = Attempt,
        AttemptsLeft = Math.Max(State <= MessageState.Pending ? 1 : 0, maxAttempts - Attempt),
        EnqueuedAt = EnqueuedAt,
        UpdatedAt = UpdatedAt,
        VisibleAt = State == MessageState.Invisible ? Due : null,
        LeaseExpiresAt = State == MessageState.Running ? Due : null,
        Worker = Worker,
        Error = Error,
        Result = Result,
        Progress = Progress,
    };
}
