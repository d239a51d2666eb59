using System.Threading.Channels;

namespace Timestone.Client.Worker;

/// <summary>
/// Exchanges over a stream: credit goes up for each place that is free, messages come down as they become dequeueable, and what has ended
/// is settled without waiting for an answer to what was settled before. A stream that ends is followed by another, at the next address;
/// what handlers have begun goes on meanwhile, and is settled by whatever works then.
/// </summary>
/// <param name="streams">Opens streams.</param>
/// <param name="requests">What feeds the worker where the server does not know streams.</param>
/// <param name="timestone">The service, by requests.</param>
/// <param name="queue">The queue.</param>
/// <param name="options">How the worker works.</param>
/// <param name="keeper">Holds the leases.</param>
/// <param name="settlements">Where ended work waits.</param>
/// <param name="settler">Settles what is left at the end.</param>
/// <param name="pause">The waits between failures.</param>
/// <param name="waiting">Takes the messages for the handlers.</param>
/// <param name="presence">Takes note of the server's coming and going.</param>
internal sealed class StreamPump(
    IWorkStreams streams,
    IPump requests,
    ITimestone timestone,
    string queue,
    TimestoneWorkerOptions options,
    LeaseKeeper keeper,
    SettlementBuffer settlements,
    Settler settler,
    Pause pause,
    ChannelWriter<HeldLease> waiting,
    Presence presence
) : IPump, IWorkListener
{
    // A server that has not said a word by then is not there.
    private static readonly TimeSpan BeginTime = TimeSpan.FromSeconds(10);

    // What has no answer by then is asked by a request.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    // A stream that ends sooner, and brought nothing, has failed.
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);

    private volatile IWorkStream? _stream;
    private volatile bool _isUnknown;

    // Whether the stream has brought something, or lasts.
    private volatile bool _isServed;
    private Task _settling = Task.CompletedTask;
    private Task _ending = Task.CompletedTask;

    // What the stream was given and has not used.
    private int _credit;

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping, CancellationToken deadline)
    {
        var (address, failures) = (0, 0);
        for (; !stopping.IsCancellationRequested && !_isUnknown; address = (address + 1) % streams.Addresses)
        {
            var stream = streams.Open(address, queue, options, this);
            string? problem = null;
            _isServed = false;
            try
            {
                await stream.Begun.WaitAsync(BeginTime, stopping).ConfigureAwait(false);
                await FeedAsync(stream, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The worker stops.
            }
            catch (TimestoneException failure) when (failure.Code == ErrorCode.QueueNotFound)
            {
                presence.NoteMissing();
            }
            catch (Exception failure) when (failure is TimestoneException or TimeoutException)
            {
                problem = failure.Message;
            }

            _stream = null;
            _isUnknown = stream.IsUnknown;
            _ending = Task.WhenAll(_ending, stream.DisposeAsync().AsTask());
            failures = _isServed ? 0 : failures + 1;
            if (stopping.IsCancellationRequested || _isUnknown || failures == 0 || failures % streams.Addresses != 0)
                continue;
            if (problem is not null)
                presence.Note(problem);
            await pause.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _ending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _settling.ConfigureAwait(false);
        if (_isUnknown)
            await requests.RunAsync(stopping, deadline).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DrainAsync() => settler.DrainAsync();

    /// <inheritdoc/>
    public async ValueTask<bool> MayBeginAsync(HeldLease lease)
    {
        if (_stream is not { } stream)
            return _isUnknown;
        try
        {
            var askedAt = keeper.Now;
            return keeper.Begin(lease, askedAt, await stream.BeginAsync(lease).ConfigureAwait(false));
        }
        catch (TimestoneException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MessageResult>> ExtendAsync(
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (_stream is { } stream)
                return await stream.ExtendAsync(extensions).WaitAsync(AnswerTime, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is TimestoneException or TimeoutException)
        {
            // The stream is over, or its server does not answer. Extending twice is extending once.
        }

        return await timestone.ExtendAsync(queue, extensions, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Leased(IReadOnlyList<Message> messages, TimeSpan held) => _ = AcceptAsync(messages, keeper.Now - held);

    /// <inheritdoc/>
    public void Lost(string token, MessageResult result) => keeper.Lose(token, result);

    private async Task AcceptAsync(IReadOnlyList<Message> messages, TimeSpan askedAt)
    {
        var holding = keeper.HoldAsync(messages, askedAt);
        Interlocked.Add(ref _credit, -messages.Count);
        Serve();
        foreach (var lease in await holding.ConfigureAwait(false))
        {
            // What comes when the worker has stopped goes back.
            if (!waiting.TryWrite(lease))
                settlements.Add(new Ending(lease, HandlerOutcome.Released(lease)));
        }
    }

    private void Serve()
    {
        _isServed = true;
        pause.Reset();
        presence.Note(null);
        presence.NoteFound();
    }

    private async Task ServeIfItLastsAsync(IWorkStream stream)
    {
        if (await Task.WhenAny(stream.Ended, Task.Delay(ShortestLife)).ConfigureAwait(false) != stream.Ended)
            Serve();
    }

    private async Task FeedAsync(IWorkStream stream, CancellationToken stopping)
    {
        Volatile.Write(ref _credit, 0);
        _stream = stream;
        _ = ServeIfItLastsAsync(stream);
        while (!stream.Ended.IsCompleted)
        {
            var ended = settlements.Take();
            if (ended.Count > 0)
                _settling = _settling.IsCompleted ? SettleAsync(stream, ended) : Task.WhenAll(_settling, SettleAsync(stream, ended));
            FillUp(stream);
            await Task.WhenAny(stream.Ended, settlements.WaitAsync()).WaitAsync(stopping).ConfigureAwait(false);
        }

        await stream.Ended.ConfigureAwait(false);
    }

    private void FillUp(IWorkStream stream)
    {
        var free = options.Concurrency + options.Prefetch - keeper.Count - Volatile.Read(ref _credit);
        if (free <= 0)
            return;
        Interlocked.Add(ref _credit, free);
        stream.Credit(free);
    }

    private async Task SettleAsync(IWorkStream stream, IReadOnlyList<Ending> ended)
    {
        try
        {
            settlements.Answered(ended, await stream.SettleAsync(Settler.SettlementsOf(ended)).ConfigureAwait(false));
        }
        catch (TimestoneException problem)
        {
            settlements.Unanswered(ended, problem.Code);
        }
    }
}
