using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Memory;
using Timestone.Journals.Memory;

namespace Timestone.Testing;

/// <summary>
/// The service in the process of a test. It keeps everything in memory, listens nowhere, and its time stands still until the test advances
/// it. One instance is one service: tests that each have their own can run at once.
/// </summary>
public sealed class TimestoneTestService : IAsyncDisposable
{
    // More than a test leaves unread: the index reads along.
    private const int OutboxLimit = 100_000;

    // Of real time, not of the service's: longer than anything takes that comes at all.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WatchedJournal _journal;
    private readonly MemoryIndexFeed _index;
    private readonly LocalTimestone _timestone;

    /// <summary>Starts an empty service.</summary>
    /// <param name="defaults">The settings of queues that their first message creates; null for the defaults of a server.</param>
    /// <param name="time">Its time, to share it with the code under test; null for one of its own.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a setting is out of range.</exception>
    public TimestoneTestService(QueueSettings? defaults = null, FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider();
        var journal = new MemoryJournal(OutboxLimit);
        _journal = new WatchedJournal(journal);
        _index = MemoryIndexFeed.Start(journal.Outbox!, NullLogger<OutboxPump>.Instance);
        _timestone = new LocalTimestone(
            _journal,
            new LocalTimestoneOptions { Defaults = defaults ?? new QueueSettings() },
            Time,
            index: _index.Index
        );
    }

    /// <summary>The service, for the code under test.</summary>
    public ITimestone Timestone => _timestone;

    /// <summary>
    /// What leases, delays, backoff, retention and waits go by. Advance it with <see cref="AdvanceAsync"/> to find done what became due.
    /// </summary>
    public FakeTimeProvider Time { get; }

    /// <summary>
    /// Lets time pass. When this has ended, every queue has done what became due: delays have passed, leases have expired, messages whose
    /// retention has ended are gone. Consumers that waited for a message hear of it in their own time: see <see cref="UntilAsync"/>.
    /// </summary>
    /// <param name="duration">How long; not negative.</param>
    /// <param name="cancellationToken">Ends this; time has passed all the same.</param>
    public async Task AdvanceAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        Time.Advance(duration);
        foreach (var queue in _timestone.Open)
            await DoDueAsync(queue, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until a message is in a state, or has come into it since this was called. The message and its queue need not exist yet.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="state">The state.</param>
    /// <param name="timeout">How long at most, in real time; null for 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message as it was in that state; it may have gone on meanwhile.</returns>
    /// <exception cref="TimeoutException">It did not come into that state. The text says what it did come into.</exception>
    public async Task<Message> UntilAsync(
        string queue,
        string id,
        MessageState state,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    )
    {
        using var watch = _journal.Watch(queue);
        using var limit = new Limit(timeout ?? Patience, cancellationToken);
        var message = await FindAsync(queue, id, cancellationToken).ConfigureAwait(false);
        while (message?.State != state)
        {
            if (!await limit.AllowsAsync(watch.Changes).ConfigureAwait(false))
                throw new TimeoutException($"Message '{id}' of queue '{queue}' was not {Name(state)} within {limit}: {Describe(message)}.");
            if (watch.Changes.TryRead(out var changed) && changed?.Id == id)
                message = changed;
        }

        return message;
    }

    /// <summary>Waits until no message of a queue is invisible, pending or running: each is completed, errored, canceled or gone.</summary>
    /// <param name="queue">The queue, which must exist.</param>
    /// <param name="timeout">How long at most, in real time; null for 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Some are left. The text says how many.</exception>
    public async Task UntilDoneAsync(string queue, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        using var watch = _journal.Watch(queue);
        using var limit = new Limit(timeout ?? Patience, cancellationToken);
        while (await Timestone.GetDepthAsync(queue, cancellationToken: cancellationToken).ConfigureAwait(false) is > 0 and var left)
        {
            if (!await limit.AllowsAsync(watch.Changes).ConfigureAwait(false))
                throw new TimeoutException($"Queue '{queue}' was not done within {limit}: {left} messages are left.");
            watch.Changes.TryRead(out _);
        }
    }

    /// <summary>Ends the service, with all that it keeps. Waiting dequeues are answered with nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timestone.DisposeAsync().ConfigureAwait(false);
        await _index.DisposeAsync().ConfigureAwait(false);
        await _journal.DisposeAsync().ConfigureAwait(false);
    }

    // A queue does what is due before it answers.
    private async Task DoDueAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            await _timestone.GetQueueAsync(queue, cancellationToken).ConfigureAwait(false);
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.QueueNotFound)
        {
            // Deleted meanwhile.
        }
    }

    private async Task<Message?> FindAsync(string queue, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await _timestone.GetMessageAsync(queue, id, cancellationToken).ConfigureAwait(false);
        }
        catch (TimestoneException problem) when (problem.Code is ErrorCode.QueueNotFound or ErrorCode.MessageNotFound)
        {
            return null;
        }
    }

    private static string Describe(Message? message) => message switch
    {
        null => "there is no such message",
        { Error: { } error } => $"it is {Name(message.State)} (attempt {message.Attempt}: {error})",
        _ => $"it is {Name(message.State)} (attempt {message.Attempt})",
    };

    private static string Name(MessageState state) => state.ToString().ToLowerInvariant();
}
