namespace Timestone.Tests.Linearizability;

/// <summary>Whether a message can come from one state to another in so many transitions, whoever does what.</summary>
internal sealed class Reachability(int maxAttempts)
{
    // Beyond so many transitions nothing is ruled out.
    private const int MostTransitions = 8;

    private readonly Dictionary<(MessageState, int, MessageState, int?, int, bool), bool> _known = [];

    /// <param name="from">Its state.</param>
    /// <param name="attempt">Its attempts.</param>
    /// <param name="to">The other state.</param>
    /// <param name="attemptThen">The attempts then; null where they are not known.</param>
    /// <param name="transitions">How many transitions.</param>
    /// <param name="settled">Whether callers may settle, cancel or redrive it in between, or only the clock and dequeues move it.</param>
    public bool IsPossible(MessageState from, int attempt, MessageState to, int? attemptThen, int transitions, bool settled)
    {
        if (transitions > MostTransitions)
            return true;
        if (transitions == 0)
            return from == to && (attemptThen is null || attemptThen == attempt);
        if (from == MessageState.Completed)
            return false;
        var key = (from, attempt, to, attemptThen, transitions, settled);
        if (_known.TryGetValue(key, out var possible))
            return possible;
        return _known[key] = After(from, attempt, settled)
            .Any(next => IsPossible(next.State, next.Attempt, to, attemptThen, transitions - 1, settled));
    }

    private IEnumerable<(MessageState State, int Attempt)> After(MessageState from, int attempt, bool settled)
    {
        if (from == MessageState.Invisible)
            yield return (MessageState.Pending, attempt);
        if (from == MessageState.Pending)
            yield return (MessageState.Running, attempt + 1);
        if (from == MessageState.Running)
        {
            if (attempt >= maxAttempts || settled)
                yield return (MessageState.Errored, attempt);
            if (attempt < maxAttempts)
            {
                yield return (MessageState.Pending, attempt);
                yield return (MessageState.Invisible, attempt);
            }
        }

        if (!settled)
            yield break;
        if (from == MessageState.Running)
        {
            yield return (MessageState.Completed, attempt);
            yield return (MessageState.Pending, attempt - 1);
            yield return (MessageState.Invisible, attempt - 1);
        }

        if (from is MessageState.Invisible or MessageState.Pending or MessageState.Running)
            yield return (MessageState.Canceled, attempt);
        else
            yield return (MessageState.Pending, 0);
    }
}
