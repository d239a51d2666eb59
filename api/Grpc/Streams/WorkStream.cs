using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Timestone.Grpc;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Api;

/// <summary>
/// One worker's stream. Loops side by side lease as the credit allows, settle, extend, watch the leases, and send what came of it all,
/// while what the worker says is read. When the reading ends, what was not begun goes back: who was not told that it may begin does not.
/// </summary>
internal sealed class WorkStream
{
    // So many answers wait to be sent; then nothing more is read or leased.
    private const int MostUnsent = 16;

    // What many clients read at once without being told to take more; a message that is larger comes alone.
    private const int MostBytesAtOnce = 1024 * 1024;

    // A dequeue that waited has leased at some time since it was asked for: so that little of the lease is in doubt, it does not wait long.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // Work that ends sooner is not worth watching.
    private static readonly TimeSpan WatchPace = TimeSpan.FromMilliseconds(50);

    // How long a worker may take to end a stream that it is told to leave.
    private static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(1);

    // How long a worker that does not read holds up the end of its stream.
    private static readonly TimeSpan UnreadTime = TimeSpan.FromSeconds(5);

    // How often, and how soon, what was not begun is released again after a failure.
    private const int ReleaseTries = 10;
    private static readonly TimeSpan ReleasePause = TimeSpan.FromMilliseconds(500);

    private readonly ITimestone _timestone;
    private readonly string _queue;
    private readonly DequeueRequest _wish;
    private readonly Func<Exception, TimestoneError> _explain;
    private readonly IAsyncStreamReader<V1.WorkRequest> _requests;
    private readonly IServerStreamWriter<V1.WorkResponse> _responses;
    private readonly CancellationTokenSource _ends;
    private readonly CancellationToken _stopping;
    private readonly WorkCredit _credit = new();
    private readonly ConcurrentDictionary<string, StreamedLease> _held = new(StringComparer.Ordinal);
    private readonly Channel<V1.WorkResponse> _unsent = Channel.CreateBounded<V1.WorkResponse>(MostUnsent);
    private readonly Channel<Settlement> _settlements = Channel.CreateBounded<Settlement>(Limits.MaxBatch);
    private readonly Channel<LeaseExtension> _extensions = Channel.CreateBounded<LeaseExtension>(Limits.MaxBatch);

    // Holds one when the leases that are held have changed.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>A stream, of which the first request has been read.</summary>
    /// <param name="timestone">The service.</param>
    /// <param name="explain">What a worker is told of a failure.</param>
    /// <param name="requests">What the worker says.</param>
    /// <param name="responses">What it is told.</param>
    /// <param name="stopping">The host stops.</param>
    /// <param name="broken">The stream is broken.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: the first request says no good start.</exception>
    public WorkStream(
        ITimestone timestone,
        Func<Exception, TimestoneError> explain,
        IAsyncStreamReader<V1.WorkRequest> requests,
        IServerStreamWriter<V1.WorkResponse> responses,
        CancellationToken stopping,
        CancellationToken broken
    )
    {
        var start = requests.Current.Start ?? throw Validation.Invalid("start", "The first request must say start.");
        Validation.CheckQueueName(start.Queue);
        _queue = start.Queue;
        _wish = new DequeueRequest
        {
            Wait = LongestWait,
            Lease = start.Lease.ToSpan("leaseSeconds"),
            Worker = start.HasWorker ? start.Worker : null,
            Filter = Metadata.From(start.Filter),
        };
        Validation.Check(_wish);
        (_timestone, _explain, _requests, _responses, _stopping) = (timestone, explain, requests, responses, stopping);
        _ends = CancellationTokenSource.CreateLinkedTokenSource(broken);
    }

    /// <summary>Serves it to its end.</summary>
    /// <exception cref="TimestoneException">What the queue refused leases with, or what is wrong with a request.</exception>
    public async Task RunAsync()
    {
        var sending = SendAsync();
        await TellAsync(new()).ConfigureAwait(false);
        var settling = AnswerAsync(_settlements, SettleAsync, static item => item.Id, static results => new() { Settled = { results } });
        var extending = AnswerAsync(_extensions, ExtendAsync, static item => item.Id, static results => new() { Extended = { results } });
        var (leasing, watching) = (LeaseAsync(), WatchAsync());
        try
        {
            await ListenAsync().ConfigureAwait(false);
        }
        finally
        {
            _settlements.Writer.Complete();
            _extensions.Writer.Complete();
            await Task.WhenAny(Task.WhenAll(settling, extending), Task.Delay(UnreadTime)).ConfigureAwait(false);
            await _ends.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watching, leasing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ReleaseAsync().ConfigureAwait(false);
            _unsent.Writer.TryComplete();
            await Task.WhenAny(sending, Task.Delay(UnreadTime)).ConfigureAwait(false);
        }

        await Task.WhenAll(watching, leasing).ConfigureAwait(false);
    }

    // Until the worker ends its side, the stream breaks, or another loop ends it.
    private async Task ListenAsync()
    {
        try
        {
            do
            {
                await HearAsync(_requests.Current).ConfigureAwait(false);
            }
            while (await _requests.MoveNext(_ends.Token).ConfigureAwait(false) && IsNoStart(_requests.Current));
        }
        catch (Exception) when (_ends.IsCancellationRequested)
        {
            // Whatever reading throws then.
        }
        catch (IOException)
        {
            // The worker has gone.
        }
    }

    private static bool IsNoStart(V1.WorkRequest request) =>
        request.Start is null ? true : throw Validation.Invalid("start", "Only the first request says start.");

    private async Task HearAsync(V1.WorkRequest request)
    {
        CheckCount("begin", request.Begin.Count);
        CheckCount("settlements", request.Settlements.Count);
        CheckCount("extensions", request.Extensions.Count);
        if (request.Credit is { } credit)
            _credit.Add(credit.Messages, credit.Bytes);
        if (request.Begin.Count > 0)
            await _unsent.Writer.WriteAsync(new() { Begun = { request.Begin.Select(Begin) } }, _ends.Token).ConfigureAwait(false);
        if (request.Settlements.Count > 0)
            await PassAsync(request.Settlements.ToRecords("settlements", MessageMapping.ToRecord), _settlements).ConfigureAwait(false);
        if (request.Extensions.Count > 0)
            await PassAsync(request.Extensions.ToRecords("extensions", MessageMapping.ToRecord), _extensions).ConfigureAwait(false);
    }

    private static void CheckCount(string field, int count)
    {
        if (count > Limits.MaxBatch)
            throw Validation.Invalid(field, $"{field} must hold at most {Limits.MaxBatch} items.");
    }

    private async Task PassAsync<T>(IReadOnlyList<T> items, Channel<T> to)
    {
        foreach (var item in items)
            await to.Writer.WriteAsync(item, _ends.Token).ConfigureAwait(false);
    }

    private V1.WorkBegun Begin(V1.LeaseReference lease)
    {
        if (Find(lease.Id, lease.LeaseToken) is not { } held || held.Left is var left && left <= TimeSpan.Zero)
            return new() { Id = lease.Id, Error = NotHeld(lease.Id).ToProto() };
        held.Begin();
        return new() { Id = lease.Id, Left = left.ToProto() };
    }

    private static TimestoneError NotHeld(string id) =>
        new(ErrorCode.LeaseLost, $"The stream does not hold a lease of message '{id.Cut()}' under this token, or not any more.", "leaseToken");

    private StreamedLease? Find(string id, string token) =>
        _held.TryGetValue(id, out var held) && held.Reference.LeaseToken == token ? held : null;

    private async Task LeaseAsync()
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(_ends.Token, _stopping);
        try
        {
            while (true)
                await LeaseAsync(await _credit.WaitAsync(until.Token).ConfigureAwait(false), until.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested)
        {
            if (_ends.IsCancellationRequested)
                return;
            _ends.CancelAfter(LeavingTime);
            await _unsent.Writer.WriteAsync(new() { Reconnect = true }, _ends.Token).ConfigureAwait(false);
        }
        catch
        {
            await _ends.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task LeaseAsync(int most, CancellationToken until)
    {
        var request = _wish with { Max = most, RequestId = Guid.CreateVersion7().ToString("N") };
        var askedAt = TimeProvider.System.GetTimestamp();
        DequeueResult result;
        try
        {
            result = await _timestone.DequeueAsync(_queue, request, until).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is OperationCanceledException or TimestoneException { Code: ErrorCode.Unavailable })
        {
            await RecoverAsync(request, askedAt).ConfigureAwait(false);
            throw;
        }

        // Not asked for again if this fails: of what was told some may have been begun, which would be forgotten.
        if (result.Messages.Count > 0)
            await BringAsync(result.Messages, askedAt).ConfigureAwait(false);
    }

    // What a dequeue of unknown outcome leased, its id tells; the worker does not get it, so it goes back at the end.
    private async Task RecoverAsync(DequeueRequest request, long askedAt)
    {
        try
        {
            var result = await _timestone
                .DequeueAsync(_queue, request with { Wait = TimeSpan.Zero }, CancellationToken.None)
                .ConfigureAwait(false);
            Hold(result.Messages, askedAt);
        }
        catch (TimestoneException)
        {
            // Then its leases end by themselves.
        }
    }

    private StreamedLease[] Hold(IReadOnlyList<Message> messages, long askedAt)
    {
        var leases = new StreamedLease[messages.Count];
        for (var i = 0; i < leases.Length; i++)
            _held[messages[i].Id] = leases[i] = new StreamedLease(messages[i], askedAt);
        return leases;
    }

    private async Task BringAsync(IReadOnlyList<Message> messages, long askedAt)
    {
        var leases = Hold(messages, askedAt);
        if (leases.Any(static lease => lease.IsOld))
        {
            askedAt = TimeProvider.System.GetTimestamp();
            await ExtendAsync(Array.ConvertAll(leases, static lease => lease.Extension)).ConfigureAwait(false);
        }

        _credit.Use(messages);
        _changes.Writer.TryWrite(true);
        var (brought, bytes) = (new V1.WorkMessages(), 0L);
        foreach (var message in messages)
        {
            var proto = message.ToProto();
            var size = proto.CalculateSize();
            if (bytes > 0 && bytes + size > MostBytesAtOnce)
            {
                await TellAsync(brought, askedAt).ConfigureAwait(false);
                (brought, bytes) = (new V1.WorkMessages(), 0);
            }

            brought.Messages.Add(proto);
            bytes += size;
        }

        await TellAsync(brought, askedAt).ConfigureAwait(false);
    }

    private ValueTask TellAsync(V1.WorkMessages brought, long askedAt)
    {
        brought.Held = TimeProvider.System.GetElapsedTime(askedAt).ToProto();
        return _unsent.Writer.WriteAsync(new V1.WorkResponse { Leased = { brought } }, _ends.Token);
    }

    private async Task<IReadOnlyList<MessageResult>> SettleAsync(IReadOnlyList<Settlement> settlements)
    {
        var results = await _timestone.SettleAsync(_queue, settlements).ConfigureAwait(false);
        for (var i = 0; i < results.Count; i++)
        {
            if (results[i].Error is null or { Code: ErrorCode.LeaseLost or ErrorCode.MessageNotFound or ErrorCode.QueueNotFound })
                Forget(settlements[i].Id, settlements[i].LeaseToken);
        }

        return results;
    }

    private async Task<IReadOnlyList<MessageResult>> ExtendAsync(IReadOnlyList<LeaseExtension> extensions)
    {
        var askedAt = TimeProvider.System.GetTimestamp();
        var results = await _timestone.ExtendAsync(_queue, extensions).ConfigureAwait(false);
        for (var i = 0; i < results.Count; i++)
        {
            if (results[i].Error is null)
                Find(extensions[i].Id, extensions[i].LeaseToken)?.Extend(askedAt, extensions[i].Lease);
        }

        return results;
    }

    private bool Forget(string id, string token) =>
        Find(id, token) is { } held && _held.TryRemove(new KeyValuePair<string, StreamedLease>(id, held));

    // Takes what has come meanwhile together, and answers each.
    private async Task AnswerAsync<T>(
        Channel<T> items,
        Func<IReadOnlyList<T>, Task<IReadOnlyList<MessageResult>>> call,
        Func<T, string> idOf,
        Func<IEnumerable<V1.MessageResult>, V1.WorkResponse> answerOf
    )
    {
        while (await items.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var batch = new List<T>();
            while (batch.Count < Limits.MaxBatch && items.Reader.TryRead(out var item))
                batch.Add(item);
            IReadOnlyList<MessageResult> results;
            try
            {
                results = await call(batch).ConfigureAwait(false);
            }
            catch (Exception problem)
            {
                var error = _explain(problem);
                results = batch.ConvertAll(item => new MessageResult { Id = idOf(item), Error = error });
            }

            await TellAsync(answerOf(results.Select(MessageMapping.ToProto))).ConfigureAwait(false);
        }
    }

    // Asks anew when more is held, but not for each message: most work is over sooner than that is worth it.
    private async Task WatchAsync()
    {
        try
        {
            while (await _changes.Reader.WaitToReadAsync(_ends.Token).ConfigureAwait(false))
            {
                await Task.Delay(WatchPace, _ends.Token).ConfigureAwait(false);
                _changes.Reader.TryRead(out _);
                await WatchUntilChangedAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task WatchUntilChangedAsync()
    {
        Task<bool> changed;
        do
        {
            // What was settled elsewhere is not told here; its lease is over by now.
            foreach (var (id, lease) in _held)
            {
                if (lease.Left < -LongestWait)
                    Forget(id, lease.Reference.LeaseToken);
            }

            using var cut = CancellationTokenSource.CreateLinkedTokenSource(_ends.Token);
            changed = _changes.Reader.WaitToReadAsync(cut.Token).AsTask();
            var watches = _held
                .Values.Select(static lease => lease.Reference)
                .Chunk(Limits.MaxBatch)
                .Select(leases => WatchAsync(leases, cut.Token))
                .ToArray();
            await Task.WhenAny([changed, .. watches]).ConfigureAwait(false);
            await cut.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(watches).ConfigureAwait(false);
        }
        while (!changed.IsCompletedSuccessfully && !_held.IsEmpty && !_ends.IsCancellationRequested);
    }

    private async Task WatchAsync(LeaseReference[] leases, CancellationToken cut)
    {
        try
        {
            foreach (var lost in await _timestone.WatchLeasesAsync(_queue, leases, Limits.MaxWait, cut).ConfigureAwait(false))
            {
                var lease = Array.Find(leases, lease => lease.Id == lost.Id)!;
                if (Forget(lease.Id, lease.LeaseToken))
                    await TellAsync(
                            new()
                            {
                                Lost =
                                {
                                    new V1.WorkLost { LeaseToken = lease.LeaseToken, Result = lost.ToProto() },
                                },
                            }
                        )
                        .ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Cut short.
        }
        catch (Exception)
        {
            // Leasing tells the worker. Until it ends, this must not spin.
            await Task.Delay(LeavingTime, cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReleaseAsync()
    {
        var unbegun = _held.Values.Where(static lease => !lease.IsBegun).Select(static lease => lease.Reference).ToList();
        for (var tries = 0; unbegun.Count > 0 && tries < ReleaseTries; tries++)
        {
            if (tries > 0)
                await Task.Delay(ReleasePause).ConfigureAwait(false);
            unbegun = await ReleaseAsync(unbegun).ConfigureAwait(false);
        }
    }

    // Answers those of which it is not known. What is still among them at the end waits for the end of its lease.
    private async Task<List<LeaseReference>> ReleaseAsync(List<LeaseReference> unbegun)
    {
        var left = new List<LeaseReference>();
        foreach (var leases in unbegun.Chunk(Limits.MaxBatch))
        {
            try
            {
                var results = await _timestone
                    .SettleAsync(_queue, Array.ConvertAll(leases, static lease => Settlement.Release(lease.Id, lease.LeaseToken)))
                    .ConfigureAwait(false);
                left.AddRange(leases.Where((_, i) => results[i].Error is { Code: ErrorCode.Unavailable }));
            }
            catch (TimestoneException problem) when (problem.Code is ErrorCode.Unavailable or ErrorCode.Standby)
            {
                left.AddRange(leases);
            }
            catch (TimestoneException)
            {
                // The queue is gone, and its leases with it.
            }
        }

        return left;
    }

    private ValueTask TellAsync(V1.WorkResponse response) => _unsent.Writer.WriteAsync(response);

    // What waits to be sent goes together, but for messages: who reads sets a limit to what comes at once.
    private async Task SendAsync()
    {
        var unsent = _unsent.Reader;
        try
        {
            while (await unsent.WaitToReadAsync().ConfigureAwait(false))
            {
                unsent.TryRead(out var response);
                while (unsent.TryPeek(out var next) && (next.Leased.Count == 0 || response!.Leased.Count == 0))
                {
                    unsent.TryRead(out next);
                    response!.MergeFrom(next);
                }

                await _responses.WriteAsync(response!).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The stream is broken, whatever writing throws then. The others must not wait for it.
            await _ends.CancelAsync().ConfigureAwait(false);
            await foreach (var _ in unsent.ReadAllAsync().ConfigureAwait(false))
                ;
        }
    }
}
