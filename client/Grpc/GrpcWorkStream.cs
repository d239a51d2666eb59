using System.Threading.Channels;
using Grpc.Core;
using Timestone.Client.Worker;
using Timestone.Grpc;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Client.Grpc;

/// <summary>A worker's stream over gRPC.</summary>
internal sealed class GrpcWorkStream : IWorkStream
{
    // What a request holds of each at the most.
    private const int MostAtOnce = Limits.MaxBatch;

    // How long a server may take to answer the end of a stream.
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(2);

    private readonly Uri _address;
    private readonly IWorkListener _listener;
    private readonly AsyncDuplexStreamingCall<V1.WorkRequest, V1.WorkResponse> _call;
    private readonly Channel<V1.WorkRequest> _unsent = Channel.CreateUnbounded<V1.WorkRequest>(new() { SingleReader = true });
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly InOrder<V1.WorkBegun> _begins = new();
    private readonly InOrder<V1.MessageResult> _settlements = new();
    private readonly InOrder<V1.MessageResult> _extensions = new();
    private readonly Task _reading;
    private readonly Task _writing;
    private TimestoneException? _over;

    public GrpcWorkStream(
        V1.Timestone.TimestoneClient client,
        Uri address,
        string queue,
        TimestoneWorkerOptions options,
        IWorkListener listener
    )
    {
        (_address, _listener) = (address, listener);
        _call = client.Work(new CallOptions());
        var start = new V1.WorkStart
        {
            Queue = queue,
            Worker = options.WorkerName,
            Lease = options.Lease.ToProto(),
        };
        start.Filter.Put(options.Filter);
        _unsent.Writer.TryWrite(new() { Start = start });
        _reading = ReadAsync();
        _writing = WriteAsync();
    }

    public Task Begun => _begun.Task;

    public Task Ended => _ended.Task;

    public bool IsUnknown { get; private set; }

    public void Credit(int messages) => _unsent.Writer.TryWrite(new() { Credit = new() { Messages = messages } });

    public async Task<TimeSpan> BeginAsync(HeldLease lease)
    {
        var reference = new V1.LeaseReference { Id = lease.Id, LeaseToken = lease.Token };
        var begun = (await AskAsync(new() { Begin = { reference } }, _begins, 1).ConfigureAwait(false))[0];
        return begun.Error is { } error ? throw new TimestoneException(error.ToRecord()) : begun.Left.ToSpan("left").GetValueOrDefault();
    }

    public async Task<IReadOnlyList<MessageResult>> SettleAsync(IReadOnlyList<Settlement> settlements)
    {
        var request = new V1.WorkRequest { Settlements = { settlements.Select(MessageMapping.ToProto) } };
        var results = await AskAsync(request, _settlements, settlements.Count).ConfigureAwait(false);
        return [.. results.Select(MessageMapping.ToRecord)];
    }

    public async Task<IReadOnlyList<MessageResult>> ExtendAsync(IReadOnlyList<LeaseExtension> extensions)
    {
        var request = new V1.WorkRequest { Extensions = { extensions.Select(MessageMapping.ToProto) } };
        var results = await AskAsync(request, _extensions, extensions.Count).ConfigureAwait(false);
        return [.. results.Select(MessageMapping.ToRecord)];
    }

    /// <summary>Ends this side, and waits for what the server has still to say: it gives back what was not begun.</summary>
    public async ValueTask DisposeAsync()
    {
        _unsent.Writer.TryComplete();
        await Task.WhenAny(_reading, Task.Delay(EndingTime)).ConfigureAwait(false);
        _call.Dispose();
        await Task.WhenAll(_reading, _writing).ConfigureAwait(false);
    }

    // Asked and sent in one order.
    private Task<IReadOnlyList<TAnswer>> AskAsync<TAnswer>(V1.WorkRequest request, InOrder<TAnswer> answers, int count)
    {
        lock (_gate)
        {
            if (_over is not null || !_unsent.Writer.TryWrite(request))
                throw _over ?? Over("It is being ended.", null);
            return answers.Ask(count);
        }
    }

    // What waits to be sent goes together, as far as one request may hold it.
    private async Task WriteAsync()
    {
        try
        {
            while (await _unsent.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                _unsent.Reader.TryRead(out var request);
                while (_unsent.Reader.TryPeek(out var next) && Items(request!) + Items(next) <= MostAtOnce)
                {
                    _unsent.Reader.TryRead(out next);
                    Merge(request!, next!);
                }

                await _call.RequestStream.WriteAsync(request!).ConfigureAwait(false);
            }

            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The stream is broken, whatever writing throws then. Reading tells why.
        }
    }

    private static int Items(V1.WorkRequest request) => request.Begin.Count + request.Settlements.Count + request.Extensions.Count;

    private static void Merge(V1.WorkRequest request, V1.WorkRequest next)
    {
        if (next.Credit is { } more)
            more.Messages += request.Credit?.Messages ?? 0;
        request.MergeFrom(next);
    }

    private async Task ReadAsync()
    {
        TimestoneException over;
        try
        {
            await foreach (var response in _call.ResponseStream.ReadAllAsync().ConfigureAwait(false))
                Hear(response);
            over = Over("It has ended.", null);
            _ended.TrySetResult();
        }
        catch (Exception problem)
        {
            // Whatever it is: those who wait for answers must not wait for ever.
            IsUnknown = problem is RpcException { StatusCode: StatusCode.Unimplemented };
            over = problem is RpcException refused && refused.ToError() is { } error
                ? new TimestoneException(error)
                : Over((problem as RpcException)?.Status.Detail ?? problem.Message, problem);
        }

        lock (_gate)
        {
            _over = over;
            _begins.Fail(over);
            _settlements.Fail(over);
            _extensions.Fail(over);
        }

        _unsent.Writer.TryComplete();
        _begun.TrySetException(over);
        _ended.TrySetException(over);
        _ = (_begun.Task.Exception, _ended.Task.Exception);
    }

    private void Hear(V1.WorkResponse response)
    {
        _begun.TrySetResult();
        foreach (var leased in response.Leased)
            _listener.Leased([.. leased.Messages.Select(MessageMapping.ToRecord)], leased.Held.ToSpan("held").GetValueOrDefault());
        foreach (var lost in response.Lost)
            _listener.Lost(lost.LeaseToken, lost.Result.ToRecord());
        lock (_gate)
        {
            _begins.Answer(response.Begun);
            _settlements.Answer(response.Settled);
            _extensions.Answer(response.Extended);
        }

        if (response.Reconnect)
            _ended.TrySetResult();
    }

    private TimestoneException Over(string why, Exception? cause) =>
        new(ErrorCode.Unavailable, $"The worker's stream to {_address} is over: {why}", innerException: cause);
}
