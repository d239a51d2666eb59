using Grpc.Core;
using Shouldly;
using Timestone.Tests.Client.Support;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc.Streams;

/// <summary>The worker's side of a stream, word for word.</summary>
public sealed class WorkerSide(AsyncDuplexStreamingCall<V1.WorkRequest, V1.WorkResponse> call) : IDisposable
{
    private readonly Queue<V1.Message> _leased = [];
    private readonly Queue<V1.WorkBegun> _begun = [];
    private readonly Queue<V1.MessageResult> _settled = [];
    private readonly Queue<V1.MessageResult> _extended = [];
    private readonly Queue<V1.MessageResult> _lost = [];

    public bool IsToldToReconnect { get; private set; }

    public Task SayAsync(V1.WorkRequest request) => call.RequestStream.WriteAsync(request).Guarded("a request to be sent");

    public Task<V1.Message> LeasedAsync() => NextAsync(_leased, "a message");

    public async Task<List<V1.Message>> LeasedAsync(int count)
    {
        var messages = new List<V1.Message>();
        while (messages.Count < count)
            messages.Add(await LeasedAsync());
        return messages;
    }

    public async Task<V1.WorkBegun> BeginAsync(V1.Message message)
    {
        await SayAsync(new() { Begin = { new V1.LeaseReference { Id = message.Id, LeaseToken = message.LeaseToken } } });
        return await NextAsync(_begun, "the answer to a begin");
    }

    public async Task<V1.MessageResult> SettleAsync(V1.Message message, V1.SettlementAction action = V1.SettlementAction.Complete)
    {
        await SayAsync(new() { Settlements = { Settlement(message, action) } });
        return await SettledAsync();
    }

    public Task<V1.MessageResult> SettledAsync() => NextAsync(_settled, "the answer to a settlement");

    public Task<V1.MessageResult> ExtendedAsync() => NextAsync(_extended, "the answer to an extension");

    public Task<V1.MessageResult> LostAsync() => NextAsync(_lost, "the loss of a lease");

    /// <summary>Reads the server's first word.</summary>
    public Task StartedAsync() => HearAsync("the start");

    /// <summary>Reads until the server says to leave.</summary>
    public async Task ToldToReconnectAsync()
    {
        while (!IsToldToReconnect)
            await HearAsync("the word to leave");
    }

    /// <summary>Ends this side, and reads the other to its end.</summary>
    public async Task EndAsync()
    {
        await call.RequestStream.CompleteAsync();
        while (await call.ResponseStream.MoveNext().Guarded("the end of the stream"))
            Take(call.ResponseStream.Current);
        call.GetStatus().StatusCode.ShouldBe(StatusCode.OK);
    }

    /// <summary>Why the server ended the stream.</summary>
    public async Task<RpcException> RefusedAsync() => await Should.ThrowAsync<RpcException>(async () =>
    {
        while (await call.ResponseStream.MoveNext().Guarded("the end of the stream"))
            Take(call.ResponseStream.Current);
    });

    /// <summary>What was leased and not looked at.</summary>
    public int Unseen => _leased.Count;

    /// <summary>Resets the stream.</summary>
    public void Dispose() => call.Dispose();

    public static V1.Settlement Settlement(V1.Message message, V1.SettlementAction action = V1.SettlementAction.Complete) =>
        new() { Id = message.Id, LeaseToken = message.LeaseToken, Action = action };

    private async Task<T> NextAsync<T>(Queue<T> from, string what)
    {
        while (from.Count == 0)
            await HearAsync(what);
        return from.Dequeue();
    }

    private async Task HearAsync(string what)
    {
        (await call.ResponseStream.MoveNext().Guarded(what)).ShouldBeTrue($"The stream ended before {what} came.");
        Take(call.ResponseStream.Current);
    }

    private void Take(V1.WorkResponse response)
    {
        foreach (var message in response.Leased.SelectMany(static leased => leased.Messages))
            _leased.Enqueue(message);
        Take(response.Begun, _begun);
        Take(response.Settled, _settled);
        Take(response.Extended, _extended);
        Take(response.Lost.Select(static lost => lost.Result), _lost);
        IsToldToReconnect |= response.Reconnect;
    }

    private static void Take<T>(IEnumerable<T> come, Queue<T> to)
    {
        foreach (var one in come)
            to.Enqueue(one);
    }
}
