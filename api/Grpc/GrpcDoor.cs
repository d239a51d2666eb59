using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Timestone.Grpc;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Api;

/// <summary>
/// The service over gRPC. A call that changes something goes on when its caller goes away: it would be unknown how far it came.
/// </summary>
[BindServiceMethod(typeof(CheckedRequests), nameof(CheckedRequests.Bind))]
internal sealed class GrpcDoor(Gate gate, Waits waits) : V1.Timestone.TimestoneBase
{
    private const int DefaultPage = 100;

    // Before a call's deadline, for the answer to arrive.
    private static readonly TimeSpan Way = TimeSpan.FromMilliseconds(200);

    public override async Task<V1.CreateQueueResponse> CreateQueue(V1.CreateQueueRequest request, ServerCallContext context)
    {
        var result = await gate.Service.CreateQueueAsync(request.Queue, request.Settings.ToSettings()).ConfigureAwait(false);
        return new() { Queue = result.Queue.ToProto(), Created = result.Created };
    }

    public override async Task<V1.Queue> GetQueue(V1.GetQueueRequest request, ServerCallContext context) =>
        (await gate.Service.GetQueueAsync(request.Queue, context.CancellationToken).ConfigureAwait(false)).ToProto();

    public override async Task<V1.ListQueuesResponse> ListQueues(V1.ListQueuesRequest request, ServerCallContext context)
    {
        var page = await gate
            .Service.ListQueuesAsync(
                request.HasCursor ? request.Cursor : null,
                request.HasLimit ? request.Limit : DefaultPage,
                context.CancellationToken
            )
            .ConfigureAwait(false);
        return page.ToProto();
    }

    public override async Task<V1.Queue> UpdateQueue(V1.UpdateQueueRequest request, ServerCallContext context) =>
        (await gate.Service.UpdateQueueAsync(request.Queue, request.Settings.ToPatch()).ConfigureAwait(false)).ToProto();

    public override async Task<Empty> DeleteQueue(V1.DeleteQueueRequest request, ServerCallContext context)
    {
        await gate.Service.DeleteQueueAsync(request.Queue).ConfigureAwait(false);
        return new();
    }

    public override async Task<V1.QueueStats> GetQueueStats(V1.GetQueueStatsRequest request, ServerCallContext context) =>
        (await gate.Service.GetStatsAsync(request.Queue, context.CancellationToken).ConfigureAwait(false)).ToProto();

    public override async Task<V1.GetDepthResponse> GetDepth(V1.GetDepthRequest request, ServerCallContext context)
    {
        var count = await gate
            .Service.GetDepthAsync(request.Queue, request.State.ToRecord(), Metadata.From(request.Filter), context.CancellationToken)
            .ConfigureAwait(false);
        return new() { Count = count };
    }

    public override async Task<V1.ResultList> Enqueue(V1.EnqueueRequest request, ServerCallContext context)
    {
        var messages = request.Messages.ToRecords("messages", MessageMapping.ToRecord);
        return (await gate.Service.EnqueueAsync(request.Queue, messages).ConfigureAwait(false)).ToProto();
    }

    public override Task EnqueueStream(
        IAsyncStreamReader<V1.EnqueueRequest> requestStream,
        IServerStreamWriter<V1.ResultList> responseStream,
        ServerCallContext context
    )
    {
        var stream = new EnqueueStream(gate.Service, problem => gate.Explain(problem, context.Method), requestStream, responseStream);
        return waits.UntilStopAsync(stream.RunAsync, context.CancellationToken);
    }

    public override async Task<V1.DequeueResponse> Dequeue(V1.DequeueRequest request, ServerCallContext context)
    {
        var wish = request.ToRecord();
        if (wish.Wait > TimeSpan.Zero)
            wish = wish with { Wait = WithinDeadline(wish.Wait, context) };
        var result = await waits.DequeueAsync(gate.Service, request.Queue, wish, context.CancellationToken).ConfigureAwait(false);
        return result.ToProto();
    }

    public override async Task<V1.ResultList> Settle(V1.SettleRequest request, ServerCallContext context)
    {
        var settlements = request.Settlements.ToRecords("settlements", MessageMapping.ToRecord);
        return (await gate.Service.SettleAsync(request.Queue, settlements).ConfigureAwait(false)).ToProto();
    }

    public override async Task<V1.ResultList> Extend(V1.ExtendRequest request, ServerCallContext context)
    {
        var extensions = request.Extensions.ToRecords("extensions", MessageMapping.ToRecord);
        return (await gate.Service.ExtendAsync(request.Queue, extensions).ConfigureAwait(false)).ToProto();
    }

    public override async Task<V1.ResultList> WatchLeases(V1.WatchLeasesRequest request, ServerCallContext context)
    {
        var watch = request.ToRecord();
        watch = watch with { Wait = WithinDeadline(watch.Wait, context) };
        return (await waits.WatchAsync(gate.Service, request.Queue, watch, context.CancellationToken).ConfigureAwait(false)).ToProto();
    }

    public override async Task<V1.ResultList> Cancel(V1.CancelRequest request, ServerCallContext context)
    {
        var cancellations = request.Cancellations.ToRecords("cancellations", MessageMapping.ToRecord);
        return (await gate.Service.CancelAsync(request.Queue, cancellations).ConfigureAwait(false)).ToProto();
    }

    public override async Task<V1.MessageResult> Redrive(V1.RedriveRequest request, ServerCallContext context) =>
        (await gate.Service.RedriveAsync(request.Queue, request.Id).ConfigureAwait(false)).ToProto();

    public override async Task<V1.RedriveAllResponse> RedriveAll(V1.RedriveAllRequest request, ServerCallContext context) =>
        new() { Count = await gate.Service.RedriveAllAsync(request.Queue).ConfigureAwait(false) };

    public override async Task<V1.StateCounts> Purge(V1.PurgeRequest request, ServerCallContext context) =>
        (await gate.Service.PurgeAsync(request.Queue, request.Scope.ToRecord()).ConfigureAwait(false)).ToProto();

    public override async Task<V1.Message> GetMessage(V1.GetMessageRequest request, ServerCallContext context) =>
        (await gate.Service.GetMessageAsync(request.Queue, request.Id, context.CancellationToken).ConfigureAwait(false)).ToProto();

    public override async Task<V1.ListMessagesResponse> ListMessages(V1.ListMessagesRequest request, ServerCallContext context)
    {
        var page = await gate
            .Service.ListMessagesAsync(
                request.Queue,
                request.State.ToRecord(),
                request.HasCursor ? request.Cursor : null,
                request.HasLimit ? request.Limit : DefaultPage,
                context.CancellationToken
            )
            .ConfigureAwait(false);
        return page.ToProto();
    }

    public override async Task<V1.SearchMessagesResponse> SearchMessages(V1.SearchMessagesRequest request, ServerCallContext context)
    {
        var search = request.ToRecord();
        search = search with { Wait = WithinDeadline(search.Wait, context) };
        var page = await waits
            .UntilStopAsync(ends => gate.Service.SearchMessagesAsync(search, ends), context.CancellationToken)
            .ConfigureAwait(false);
        return page.ToProto();
    }

    public override async Task<V1.GetHistoryResponse> GetHistory(V1.GetHistoryRequest request, ServerCallContext context)
    {
        var wish = request.ToRecord();
        wish = wish with { Wait = WithinDeadline(wish.Wait, context) };
        var history = await waits
            .UntilStopAsync(ends => gate.Service.GetHistoryAsync(request.Queue, request.Id, wish, ends), context.CancellationToken)
            .ConfigureAwait(false);
        return history.ToProto();
    }

    public override async Task<V1.GetSearchStatsResponse> GetSearchStats(V1.GetSearchStatsRequest request, ServerCallContext context)
    {
        var wish = request.ToRecord();
        wish = wish with { Wait = WithinDeadline(wish.Wait, context) };
        var stats = await waits
            .UntilStopAsync(ends => gate.Service.GetSearchStatsAsync(wish, ends), context.CancellationToken)
            .ConfigureAwait(false);
        return stats.ToProto();
    }

    public override async Task Work(
        IAsyncStreamReader<V1.WorkRequest> requestStream,
        IServerStreamWriter<V1.WorkResponse> responseStream,
        ServerCallContext context
    )
    {
        if (!await waits.UntilStopAsync(requestStream.MoveNext, context.CancellationToken).ConfigureAwait(false))
            return;
        var stream = new WorkStream(
            gate.Service,
            problem => gate.Explain(problem, context.Method),
            requestStream,
            responseStream,
            waits.Stopping,
            context.CancellationToken
        );
        await stream.RunAsync().ConfigureAwait(false);
    }

    /// <summary>A wait that leaves time for the answer. A caller that has no deadline has one at the end of time.</summary>
    private static TimeSpan WithinDeadline(TimeSpan wait, ServerCallContext context)
    {
        if (context.Deadline == DateTime.MaxValue || wait <= TimeSpan.Zero || wait > Limits.MaxWait)
            return wait;
        var left = context.Deadline - TimeProvider.System.GetUtcNow().UtcDateTime - Way;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : wait <= left ? wait : left;
    }
}
