using System.Text;
using Timestone.Tests.Reference;
using Timestone.Tests.Simulation;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Decides a history of a few calls in the plainest way: every order, every millisecond, every call of unknown outcome done or
/// not, on the reference. What <see cref="LinearizabilityChecker"/> says of such histories is held against it.
/// </summary>
internal sealed class BruteForce
{
    private readonly RecordedHistory _history;
    private readonly List<Half> _halves = [];
    private readonly List<(Half Half, long At)> _order = [];
    private readonly HashSet<string> _failed = [];

    private BruteForce(RecordedHistory history)
    {
        _history = history;
        foreach (var call in history.Calls)
        {
            if (call.Command is not DequeueCommand { Request: { Settle.Count: > 0 } request })
            {
                _halves.Add(new Half(call, call.Command, call.Answer, null));
                continue;
            }

            var result = (DequeueResult?)call.Answer;
            var first = new Half(call, new SettleCommand(request.Settle), result?.Settled, null);
            _halves.Add(first);
            if (request.Max > 0)
                _halves.Add(
                    new Half(
                        call,
                        new DequeueCommand(request with { Settle = [] }),
                        result is null ? null : result with { Settled = null },
                        first
                    )
                );
        }
    }

    /// <summary>Whether there is an order that explains every answer.</summary>
    /// <param name="history">The history.</param>
    /// <param name="most">After how many standings of the queue to give up.</param>
    /// <returns>Null when it was given up.</returns>
    public static bool? Decide(RecordedHistory history, int most = 100_000)
    {
        var search = new BruteForce(history);
        return search.Search(most) ? true : search._failed.Count > most ? null : false;
    }

    private bool Search(int most)
    {
        var open = _halves.FindAll(half => half.Answer is not null && !IsDone(half));
        if (open.Count == 0)
            return true;
        if (!_failed.Add(Standing()) || _failed.Count > most)
            return false;
        var now = _order.Count == 0 ? 0 : _order[^1].At;
        var (end, latest) = (open.Min(static half => half.Call.End), open.Min(static half => half.Call.EndMs));
        foreach (var half in _halves.Where(half => !IsDone(half) && half.Call.Start <= end && (half.After is null || IsDone(half.After))))
        {
            for (var at = Math.Max(now, half.Call.StartMs); at <= latest; at++)
            {
                _order.Add((half, at));
                var explained = Replay() is not null && Search(most);
                _order.RemoveAt(_order.Count - 1);
                if (explained)
                    return true;
            }
        }

        return false;
    }

    private bool IsDone(Half half) => _order.Exists(done => done.Half == half);

    // The queue after the order so far; null where the last answer is not the one that was given.
    private ReferenceQueue? Replay()
    {
        var reference = new ReferenceQueue("q", _history.Settings, Jitter.Of);
        var isSame = true;
        foreach (var (half, at) in _order)
        {
            var answer = reference.Answer(at, half.Command, JournalRoom.Ample);
            if (half.Answer is not null)
                isSame = Judge.Same(WithTokens(reference, answer, half.Answer), half.Answer);
        }

        return isSame ? reference : null;
    }

    private static object WithTokens(ReferenceQueue reference, object answer, object answered) =>
        (answer, answered) switch
        {
            (DequeueResult one, DequeueResult other) => one with
            {
                Messages = [.. one.Messages.Select((message, i) => WithToken(reference, message, other.Messages.ElementAtOrDefault(i)))],
            },
            _ => answer,
        };

    private static Message WithToken(ReferenceQueue reference, Message message, Message? answered) =>
        answered is { LeaseToken: { } token } && answered.Id == message.Id && reference.Tokens.LeaseOf(token) is null
            ? message with { LeaseToken = reference.Tokens.Learn(message.LeaseToken!, token) }
            : message;

    private string Standing()
    {
        var reference = Replay()!;
        var text = new StringBuilder($"{(_order.Count == 0 ? 0 : _order[^1].At)}");
        foreach (var half in _halves)
            text.Append(IsDone(half) ? '1' : '0');
        foreach (var message in reference.Messages)
        {
            text.Append(
                $"|{message.Id} {message.State} {message.Version} {message.Attempt} {message.DueAt} {message.EnqueuedAt} {message.UpdatedAt} {message.Error} {message.Result} {message.Progress} {message.Redriven}"
            );
            text.Append(
                $" {message.Priority} {Token(message.Lease?.Number)} {message.Lease?.Length} {message.Lease?.Worker} {message.Lease?.RequestId} {string.Join(',', message.Ended.Select(ended => $"{Token(ended.Lease)}{ended.Action}"))}"
            );
        }

        return text.ToString();

        string Token(long? lease) =>
            lease is { } number
                ? reference.Tokens.Of(number) is ['?', ..]
                    ? "?"
                    : reference.Tokens.Of(number)
                : "";
    }

    // A dequeue that settles first is two halves: one that waits settles when it comes, and leases when its wait ends.
    private sealed record Half(RecordedCall Call, Command Command, object? Answer, Half? After)
    {
        public bool Equals(Half? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
