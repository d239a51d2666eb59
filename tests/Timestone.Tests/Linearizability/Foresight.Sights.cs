namespace Timestone.Tests.Linearizability;

/// <summary>What answers tell of how messages stood.</summary>
internal sealed partial class Foresight
{
    /// <summary>Whether a message can stand so and later as the next answer shows it that shows a later version.</summary>
    public bool CanGoOn(Standing message) =>
        !_versions.TryGetValue(message.Id, out var versions)
        || versions.FirstOrDefault(seen => seen.Key > message.Version) is not { Key: > 0 } next
        || (
            _reachability.IsPossible(
                message.State,
                message.Attempt,
                next.Value.State,
                next.Value.Attempt,
                next.Key - message.Version,
                _moved.Contains((message.Id, next.Key)) || MayBeLost(message.Id)
            ) && (next.Value.Error == message.Error || !KeepsError(message, next.Key, next.Value))
        );

    // The next lease of one that waits for it, which leaves its error as it was.
    private static bool KeepsError(Standing message, int version, Sight then) =>
        then is { State: MessageState.Running, UpdatedAt: not null } && then.Attempt == message.Attempt + 1
        && version - message.Version == message.State switch { MessageState.Invisible => 2, MessageState.Pending => 1, _ => 0 };

    /// <summary>
    /// What is seen next of a message that nothing but the clock can move from its version to there; null where it is not so, or not known.
    /// </summary>
    public (int Version, Sight Sight)? NextByClock(Standing message) =>
        !MayBeLost(message.Id)
        && !_extended.Contains(message.Id)
        && _versions.TryGetValue(message.Id, out var versions)
        && versions.FirstOrDefault(seen => seen.Key > message.Version) is { Key: > 0, Value: { UpdatedAt: not null } sight } next
        && !_moved.Contains((message.Id, next.Key))
            ? (next.Key, sight)
            : null;

    /// <summary>
    /// Whether a message that is pending at a version still is when a step is done, because what moves it on comes later.
    /// </summary>
    public bool StaysPending(Standing message, Step until) =>
        SightOf(message.Id, message.Version + 1) is { UpdatedAt: { } next }
        && (
            next > until.Time.High
            || (_takers.TryGetValue((message.Id, message.Version + 1), out var taker) && taker.Span.Low > until.Span.High)
        );
}
