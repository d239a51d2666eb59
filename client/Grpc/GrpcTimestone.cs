using Google.Protobuf;
using Grpc.Core;
using Timestone.Client.Sending;
using Timestone.Client.Worker;
using Timestone.Grpc;
using Timestone.Json;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Client.Grpc;

/// <summary>Calls that <see cref="TimestoneClient"/> has checked, over gRPC.</summary>
internal sealed class GrpcTimestone : ITimestone, IServers, IWorkStreams, IDisposable
{
    private readonly GrpcSender _sender;
    private readonly Retries<GrpcCall, GrpcReply> _retries;

    public GrpcTimestone(TimestoneClientOptions options, HttpClient http, TimeProvider timeProvider)
    {
        _sender = new GrpcSender(options, http);
        _retries = new Retries<GrpcCall, GrpcReply>(_sender, options, timeProvider);
    }

    public int Addresses => _sender.Addresses.Count;

    public event Action<string?>? Tried
    {
        add => _retries.Tried += value;
        remove => _retries.Tried -= value;
    }

    public void Dispose() => _retries.Dispose();

    public IWorkStream Open(int address, string queue, TimestoneWorkerOptions options, IWorkListener listener) =>
        new GrpcWorkStream(_sender.ClientAt(address), _sender.Addresses[address], queue, options, listener);

    public Task<CreateQueueResult> CreateQueueAsync(string queue, QueueSettings settings, CancellationToken cancellationToken)
    {
        var request = new V1.CreateQueueRequest { Queue = queue, Settings = settings.ToProto() };
        return AskAsync(
            (client, options) => client.CreateQueueAsync(request, options),
            static answer => new CreateQueueResult((answer.Queue ?? new()).ToRecord(), answer.Created),
            cancellationToken
        );
    }

    public Task<QueueInfo> GetQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var request = new V1.GetQueueRequest { Queue = queue };
        return AskAsync((client, options) => client.GetQueueAsync(request, options), QueueMapping.ToRecord, cancellationToken);
    }

    public Task<QueuePage> ListQueuesAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var request = new V1.ListQueuesRequest { Limit = limit };
        if (cursor is not null)
            request.Cursor = cursor;
        return AskAsync((client, options) => client.ListQueuesAsync(request, options), QueueMapping.ToRecord, cancellationToken);
    }

    public Task<QueueInfo> UpdateQueueAsync(string queue, QueueSettingsPatch patch, CancellationToken cancellationToken)
    {
        var request = new V1.UpdateQueueRequest { Queue = queue, Settings = patch.ToProto() };
        return AskAsync((client, options) => client.UpdateQueueAsync(request, options), QueueMapping.ToRecord, cancellationToken);
    }

    public async Task DeleteQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var request = new V1.DeleteQueueRequest { Queue = queue };
        var call = Call((client, options) => client.DeleteQueueAsync(request, options));
        var (reply, repeated) = await _retries.SendAsync(call, default, cancellationToken).ConfigureAwait(false);

        // A try whose answer was lost deleted it, or it was not there: either way it is gone, as was asked.
        if (reply.Refusal is { } refusal && !(refusal.Code == ErrorCode.QueueNotFound && repeated))
            throw new TimestoneException(refusal);
    }

    public Task<IReadOnlyList<MessageResult>> EnqueueAsync(
        string queue,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken
    )
    {
        var request = new V1.EnqueueRequest { Queue = queue, Messages = { messages.Select(MessageMapping.ToProto) } };
        return AskAsync((client, options) => client.EnqueueAsync(request, options), MessageMapping.ToRecords, cancellationToken);
    }

    public Task<DequeueResult> DequeueAsync(string queue, DequeueRequest request, CancellationToken cancellationToken)
    {
        var proto = request.ToProto();
        proto.Queue = queue;
        return AskAsync(
            (client, options) => client.DequeueAsync(proto, options),
            MessageMapping.ToRecord,
            cancellationToken,
            request.Wait
        );
    }

    public Task<IReadOnlyList<MessageResult>> SettleAsync(
        string queue,
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        var request = new V1.SettleRequest { Queue = queue, Settlements = { settlements.Select(MessageMapping.ToProto) } };
        return AskAsync((client, options) => client.SettleAsync(request, options), MessageMapping.ToRecords, cancellationToken);
    }

    public Task<IReadOnlyList<MessageResult>> ExtendAsync(
        string queue,
        IReadOnlyList<LeaseExtension> extensions,
        CancellationToken cancellationToken
    )
    {
        var request = new V1.ExtendRequest { Queue = queue, Extensions = { extensions.Select(MessageMapping.ToProto) } };
        return AskAsync((client, options) => client.ExtendAsync(request, options), MessageMapping.ToRecords, cancellationToken);
    }

    public Task<IReadOnlyList<MessageResult>> WatchLeasesAsync(
        string queue,
        IReadOnlyList<LeaseReference> leases,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        var request = new LeaseWatch(leases) { Wait = wait }.ToProto(queue);
        return AskAsync((client, options) => client.WatchLeasesAsync(request, options), MessageMapping.ToRecords, cancellationToken, wait);
    }

    public Task<IReadOnlyList<MessageResult>> CancelAsync(
        string queue,
        IReadOnlyList<Cancellation> cancellations,
        CancellationToken cancellationToken
    )
    {
        var request = new V1.CancelRequest { Queue = queue, Cancellations = { cancellations.Select(MessageMapping.ToProto) } };
        return AskAsync((client, options) => client.CancelAsync(request, options), MessageMapping.ToRecords, cancellationToken);
    }

    public Task<MessageResult> RedriveAsync(string queue, string id, CancellationToken cancellationToken)
    {
        var request = new V1.RedriveRequest { Queue = queue, Id = id };
        return AskAsync((client, options) => client.RedriveAsync(request, options), MessageMapping.ToRecord, cancellationToken);
    }

    public Task<long> RedriveAllAsync(string queue, CancellationToken cancellationToken)
    {
        var request = new V1.RedriveAllRequest { Queue = queue };
        return AskAsync((client, options) => client.RedriveAllAsync(request, options), static answer => answer.Count, cancellationToken);
    }

    public Task<StateCounts> PurgeAsync(string queue, PurgeScope scope, CancellationToken cancellationToken)
    {
        var request = new V1.PurgeRequest { Queue = queue, Scope = scope.ToProto() };
        return AskAsync((client, options) => client.PurgeAsync(request, options), MessageMapping.ToRecord, cancellationToken);
    }

    public Task<Message> GetMessageAsync(string queue, string id, CancellationToken cancellationToken)
    {
        var request = new V1.GetMessageRequest { Queue = queue, Id = id };
        return AskAsync((client, options) => client.GetMessageAsync(request, options), MessageMapping.ToRecord, cancellationToken);
    }

    public Task<MessagePage> ListMessagesAsync(
        string queue,
        MessageState? state,
        string? cursor,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var request = new V1.ListMessagesRequest
        {
            Queue = queue,
            State = state.ToProto(),
            Limit = limit,
        };
        if (cursor is not null)
            request.Cursor = cursor;
        return AskAsync((client, options) => client.ListMessagesAsync(request, options), MessageMapping.ToRecord, cancellationToken);
    }

    public Task<long> GetDepthAsync(string queue, MessageState? state, Metadata? filter, CancellationToken cancellationToken)
    {
        var request = new V1.GetDepthRequest { Queue = queue, State = state.ToProto() };
        request.Filter.Put(filter ?? Metadata.Empty);
        return AskAsync((client, options) => client.GetDepthAsync(request, options), static answer => answer.Count, cancellationToken);
    }

    public Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken)
    {
        var request = new V1.GetQueueStatsRequest { Queue = queue };
        return AskAsync((client, options) => client.GetQueueStatsAsync(request, options), QueueMapping.ToRecord, cancellationToken);
    }

    public Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken)
    {
        var request = search.ToProto();
        return ReadIndexAsync(
            (client, options) => client.SearchMessagesAsync(request, options),
            SearchMapping.ToRecord,
            search.After is not null,
            search.Wait,
            cancellationToken
        );
    }

    public Task<MessageHistory> GetHistoryAsync(string queue, string id, HistoryRequest? request, CancellationToken cancellationToken)
    {
        var proto = request!.ToProto();
        (proto.Queue, proto.Id) = (queue, id);
        return ReadIndexAsync(
            (client, options) => client.GetHistoryAsync(proto, options),
            SearchMapping.ToRecord,
            request!.After is not null,
            request.Wait,
            cancellationToken
        );
    }

    public Task<SearchStats> GetSearchStatsAsync(StatsRequest? request, CancellationToken cancellationToken)
    {
        var proto = request!.ToProto();
        return ReadIndexAsync(
            (client, options) => client.GetSearchStatsAsync(proto, options),
            SearchMapping.ToRecord,
            request!.After is not null,
            request.Wait,
            cancellationToken
        );
    }

    // A read that has waited for a write as long as it was to has its answer.
    private Task<TRecord> ReadIndexAsync<TProto, TRecord>(
        Func<V1.Timestone.TimestoneClient, CallOptions, AsyncUnaryCall<TProto>> make,
        Func<TProto, TRecord> read,
        bool waits,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
        where TProto : class, IMessage => AskAsync(make, read, cancellationToken, waits ? wait : default, retryRefusals: !waits);

    private async Task<TRecord> AskAsync<TProto, TRecord>(
        Func<V1.Timestone.TimestoneClient, CallOptions, AsyncUnaryCall<TProto>> make,
        Func<TProto, TRecord> read,
        CancellationToken cancellationToken,
        TimeSpan wait = default,
        bool retryRefusals = true
    )
        where TProto : class, IMessage
    {
        var (reply, _) = await _retries.SendAsync(Call(make, retryRefusals), wait, cancellationToken).ConfigureAwait(false);
        if (reply.Refusal is { } refusal)
            throw new TimestoneException(refusal);
        try
        {
            return read((TProto)reply.Message!);
        }
        catch (TimestoneException problem) when (problem.Code != ErrorCode.Unavailable)
        {
            // What the mapping refuses while it reads is the server's fault here, not the caller's.
            throw NotUnderstood(problem.Message, problem);
        }
    }

    private static TimestoneException NotUnderstood(string why, Exception cause) =>
        new(
            ErrorCode.Unavailable,
            $"The server's answer is not understood: {why} Is this a Timestone server, and of this version? The outcome is unknown.",
            innerException: cause
        );

    private static GrpcCall Call<TProto>(
        Func<V1.Timestone.TimestoneClient, CallOptions, AsyncUnaryCall<TProto>> make,
        bool retryRefusals = true
    )
        where TProto : class, IMessage =>
        new(async (client, options) => await make(client, options).ConfigureAwait(false), retryRefusals);
}
