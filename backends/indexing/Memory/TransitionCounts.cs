using Timestone.Engine;

namespace Timestone.Indexing.Memory;

/// <summary>What the transitions of a queue's messages tell, counted as they come.</summary>
internal sealed class TransitionCounts
{
    private readonly StayHistogram?[] _stays = new StayHistogram?[States.Count];

    public long Failures { get; private set; }

    public long Expirations { get; private set; }

    public long MissedDeadlines { get; private set; }

    /// <summary>The states that messages have left, and how long they stayed.</summary>
    public IReadOnlyList<TimeInState> Stays =>
        [
            .. Enum.GetValues<MessageState>()
                .Where(state => _stays[(int)state] is not null)
                .Select(state => _stays[(int)state]!.Describe(state)),
        ];

    public void Add(in TransitionRecord transition, in MessageLife life)
    {
        if (transition.From is { } from)
            (_stays[(int)from] ??= new StayHistogram()).Add(transition.At - transition.Since);
        if (transition.Cause == TransitionCause.Fail)
            Failures++;
        if (transition.Cause == TransitionCause.Expire)
            Expirations++;
        if (transition.MissedDeadline(in life))
            MissedDeadlines++;
    }
}
