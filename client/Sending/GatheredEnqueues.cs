using System.Collections.Concurrent;
using System.Diagnostics;

namespace Timestone.Client.Sending;

/// <summary>
/// Has callers side by side share requests: while a few for a queue are under way, what comes for it waits until one of them ends, and goes
/// together then. A group commit on the caller's side. Thread-safe.
/// </summary>
/// <param name="send">Sends one request.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class GatheredEnqueues(
    Func<string, IReadOnlyList<NewMessage>, CancellationToken, Task<IReadOnlyList<MessageResult>>> send,
    TimeProvider timeProvider
)
{
    // How many requests of a queue are under way before callers share the next: the server works on some while others travel.
    private const int MostAtOnce = 4;

    // What is not small gains nothing by waiting for others.
    private const int MostBytes = 256 * 1024;

    // Nobody waits longer than this for others' requests, so that each caller's time for retries counts from its own call.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>Enqueues messages that have been checked and have ids.</summary>
    /// <exception cref="TimestoneException">What the request that they went with ended with.</exception>
    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken
    )
    {
        var bytes = messages.Sum(static message => (long)message.Payload.Bytes.Length);
        if (bytes > MostBytes)
            return send(queue, messages, cancellationToken);
        Lane lane;
        Call? call;
        while (!(lane = _lanes.GetOrAdd(queue, static _ => new Lane())).TryEnter(messages, bytes, cancellationToken, out call))
            Leave(queue, lane);
        if (call is not null)
            return call.Answer.Task.WaitAsync(cancellationToken);
        var sending = SendAsync(queue, messages, cancellationToken);
        _ = GoOnAsync(queue, lane, sending);
        return sending;
    }

    // Not send itself: what fails before its first wait must be a task, too.
    private async Task<IReadOnlyList<MessageResult>> SendAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken
    ) => await send(queue, messages, cancellationToken).ConfigureAwait(false);

    // Sends what has gathered whenever a request has ended, as long as there is something.
    private async Task GoOnAsync(string queue, Lane lane, Task sending)
    {
        // What comes now is of several callers, and part of no trace of one.
        Activity.Current = null;
        while (true)
        {
            await EndedAsync(sending).ConfigureAwait(false);
            var calls = lane.Take();
            if (calls.Count == 0)
                break;
            sending = SendAsync(queue, calls);
        }

        if (lane.IsOver)
            Leave(queue, lane);
    }

    private void Leave(string queue, Lane lane) => _lanes.TryRemove(new(queue, lane));

    private async Task EndedAsync(Task sending)
    {
        if (sending.IsCompleted)
            return;
        try
        {
            await sending.WaitAsync(Patience, timeProvider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It has taken too long, or has failed: its callers are told.
        }
    }

    private async Task SendAsync(string queue, List<Call> calls)
    {
        try
        {
            NewMessage[] messages = [.. calls.SelectMany(static call => call.Messages)];
            var results = await send(queue, messages, CancellationToken.None).ConfigureAwait(false);
            var next = 0;
            foreach (var call in calls)
            {
                // Of an answer that does not answer each, nobody knows what is whose: nobody is answered.
                call.Answer.TrySetResult(results.Count == messages.Length ? [.. results.Skip(next).Take(call.Messages.Count)] : []);
                next += call.Messages.Count;
            }
        }
        catch (TimestoneException refusal) when (IsOfOne(refusal) && calls.Count > 1)
        {
            // One caller's messages must not fail another's.
            foreach (var call in calls)
                await SendAsync(queue, [call]).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            foreach (var call in calls)
            {
                call.Answer.TrySetException(problem);

                // Who has given up does not look at it.
                _ = call.Answer.Task.Exception;
            }
        }
    }

    private static bool IsOfOne(TimestoneException refusal) => refusal.Code is ErrorCode.InvalidArgument or ErrorCode.PayloadTooLarge;

    /// <summary>Messages of one caller that wait for a request.</summary>
    private sealed record Call(IReadOnlyList<NewMessage> Messages, long Bytes, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<IReadOnlyList<MessageResult>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>One queue's requests.</summary>
    private sealed class Lane
    {
        private readonly Queue<Call> _waiting = [];
        private int _underWay;

        /// <summary>Whether it is not entered any more.</summary>
        public bool IsOver { get; private set; }

        /// <summary>False when it is over. Else the caller sends its messages at once, or they wait as a call.</summary>
        public bool TryEnter(IReadOnlyList<NewMessage> messages, long bytes, CancellationToken cancellationToken, out Call? call)
        {
            call = null;
            lock (_waiting)
            {
                if (IsOver)
                    return false;
                if (_underWay < MostAtOnce)
                    _underWay++;
                else
                    _waiting.Enqueue(call = new Call(messages, bytes, cancellationToken));
                return true;
            }
        }

        /// <summary>What goes together next, of those who still want it. With nothing, one request fewer is under way.</summary>
        public List<Call> Take()
        {
            var calls = new List<Call>();
            var (messages, bytes) = (0, 0L);
            lock (_waiting)
            {
                while (_waiting.TryPeek(out var call))
                {
                    if (!call.CancellationToken.IsCancellationRequested)
                    {
                        messages += call.Messages.Count;
                        bytes += call.Bytes;
                        if (calls.Count > 0 && (messages > Limits.MaxBatch || bytes > MostBytes))
                            break;
                        calls.Add(call);
                    }

                    _waiting.Dequeue();
                }

                if (calls.Count == 0)
                    IsOver = --_underWay == 0;
            }

            return calls;
        }
    }
}
