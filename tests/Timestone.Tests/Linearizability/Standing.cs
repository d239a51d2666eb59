using System.Collections.Immutable;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// What the model knows of how a message stands. Times are Unix milliseconds, and intervals where no answer gave them exactly.
/// Immutable: a change is a new one.
/// </summary>
internal sealed record Standing
{
    private const int LeasesRemembered = 16;

    public required NewMessage Given { get; init; }

    public string Id => Given.Id!;

    /// <summary>Its value of the exclusivity key; null in a simple queue.</summary>
    public required string? Exclusivity { get; init; }

    public required Interval Priority { get; init; }

    /// <summary>When its enqueue can have taken effect, on the callers' common clock.</summary>
    public required Interval Sequence { get; init; }

    /// <summary>Which step enqueued it, and as which item of it: items of one call are in their order.</summary>
    public required (int Step, int Item) Origin { get; init; }

    public required Interval EnqueuedAt { get; init; }

    public required MessageState State { get; init; }

    public required Interval UpdatedAt { get; init; }

    /// <summary>When the clock moves it on; only while <see cref="IsTimed"/>.</summary>
    public Interval Due { get; init; }

    public int Version { get; init; } = 1;

    public int Attempt { get; init; }

    /// <summary>The lease it is running under, or ran under last; null when there was none.</summary>
    public Holding? Lease { get; init; }

    public string? Error { get; init; }

    public Payload Result { get; init; }

    public Payload Progress { get; init; }

    public ImmutableList<(string Token, SettlementAction Action)> Ended { get; init; } = [];

    public bool Redriven { get; init; }

    public bool IsTerminal => State is MessageState.Completed or MessageState.Canceled or MessageState.Errored;

    public bool IsTimed => State is MessageState.Invisible or MessageState.Running;

    public bool IsHeldBy(string token) => State == MessageState.Running && Lease!.Token == token;

    /// <summary>One transition on.</summary>
    public Standing Become(MessageState state, Interval at) => this with
    {
        State = state,
        UpdatedAt = at,
        Version = Version + 1,
        Redriven = Redriven && state is not (MessageState.Canceled or MessageState.Errored),
    };

    /// <summary>On to pending, or to invisible first.</summary>
    public Standing ComeBack(Interval at, Interval wait) =>
        wait.High == 0 ? Become(MessageState.Pending, at) : Become(MessageState.Invisible, at) with { Due = at.Plus(wait) };

    /// <summary>As it stands, but with an ended lease to remember.</summary>
    public Standing Remember(string token, SettlementAction action)
    {
        var ended = Ended.Insert(0, (token, action));
        return this with { Ended = ended.Count > LeasesRemembered ? ended.RemoveAt(LeasesRemembered) : ended };
    }

    /// <summary>A number that differs for standings from which the queue goes on differently.</summary>
    public long Fingerprint()
    {
        var hash = HashCode.Combine(Id, State, Version, Attempt, Lease?.Token, Ended.Count, Redriven, Error);
        var times = HashCode.Combine(UpdatedAt, Due, Priority, Sequence, EnqueuedAt, Progress, Result);
        return ((long)hash << 32) ^ ((long)times * 0x1E3779B97F4A7C15);
    }
}
