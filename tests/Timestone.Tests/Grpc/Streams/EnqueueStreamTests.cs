using Grpc.Core;
using Grpc.Net.Client;
using Shouldly;
using Timestone.Cli;
using Timestone.Tests.Client.Support;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc.Streams;

/// <summary>Enqueues as a stream.</summary>
public sealed class EnqueueStreamTests : IAsyncLifetime
{
    private StreamBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await StreamBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Each_message_has_its_result_in_the_order_in_which_they_came()
    {
        const int Count = 3000;
        using var call = _bench.Calls.EnqueueStream();
        var results = ReadAsync(call);
        for (var i = 0; i < Count; i++)
        {
            var message = new V1.NewMessage { Id = i % 100 == 99 ? "bad id" : $"m{i}" };
            await call.RequestStream.WriteAsync(new() { Queue = i % 700 < 350 ? "q" : "other", Messages = { message } });
        }

        await call.RequestStream.CompleteAsync();
        var all = await results.Guarded("the results");
        all.Count.ShouldBe(Count);
        for (var i = 0; i < Count; i++)
        {
            if (i % 100 == 99)
                (all[i].Error.Code, all[i].Error.Field).ShouldBe(("invalid_argument", "id"));
            else
                (all[i].Id, all[i].Error).ShouldBe(($"m{i}", null));
        }

        (await _bench.Service.GetDepthAsync("q") + await _bench.Service.GetDepthAsync("other")).ShouldBe(Count - (Count / 100));
    }

    [Fact]
    public async Task Messages_stay_in_their_order()
    {
        using var call = _bench.Calls.EnqueueStream();
        var results = ReadAsync(call);
        for (var i = 0; i < 500; i++)
            await call.RequestStream.WriteAsync(new() { Queue = "q", Messages = { new V1.NewMessage { Id = $"m{i}", Priority = 1 } } });
        await call.RequestStream.CompleteAsync();
        await results.Guarded("the results");
        var leased = await _bench.Service.DequeueAsync("q", new DequeueRequest { Max = 500 });
        leased.Messages.Select(static message => message.Id).ShouldBe(Enumerable.Range(0, 500).Select(static i => $"m{i}"));
    }

    [Fact]
    public async Task What_came_before_a_pause_does_not_wait_for_what_comes_after_it()
    {
        using var call = _bench.Calls.EnqueueStream();
        for (var i = 0; i < 3; i++)
        {
            await call.RequestStream.WriteAsync(new() { Queue = "q", Messages = { new V1.NewMessage { Id = $"m{i}" } } });
            (await call.ResponseStream.MoveNext().Guarded("a result")).ShouldBeTrue();
            call.ResponseStream.Current.Results.Single().Id.ShouldBe($"m{i}");
        }
    }

    [Fact]
    public async Task A_request_that_is_refused_as_a_whole_says_so_for_each_message_and_the_next_goes_on()
    {
        using var call = _bench.Calls.EnqueueStream();
        var results = ReadAsync(call);
        await call.RequestStream.WriteAsync(new() { Queue = "no queue", Messages = { new V1.NewMessage(), new V1.NewMessage() } });
        await call.RequestStream.WriteAsync(new() { Queue = "q", Messages = { new V1.NewMessage { Id = "m" } } });
        await call.RequestStream.CompleteAsync();
        var all = await results.Guarded("the results");
        all.Count.ShouldBe(3);
        all.Take(2).ShouldAllBe(static result => result.Error.Field == "queue");
        all[2].Id.ShouldBe("m");
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_producers_that_say_nothing_and_answers_what_it_has_read()
    {
        var held = new HeldEnqueues(_bench.Service);
        await using var host = await GrpcHost.StartAsync(held, shutdown: TimeSpan.FromHours(1));
        using var channel = GrpcChannel.ForAddress(host.Address);
        var client = new V1.Timestone.TimestoneClient(channel);
        using var silent = client.EnqueueStream();
        using var call = client.EnqueueStream();
        var answered = new List<V1.MessageResult>();
        var results = ReadAsync(call, answered);
        await call.RequestStream.WriteAsync(new() { Queue = "q", Messages = { new V1.NewMessage { Id = "under-way" } } });
        await held.Begun.Guarded("the first batch");
        await call.RequestStream.WriteAsync(new() { Queue = "q", Messages = { new V1.NewMessage { Id = "gathered-or-unread" } } });
        var stop = host.StopAsync();
        held.Release();
        await Should.ThrowAsync<RpcException>(results.Guarded("the stream's end"));
        await Should.ThrowAsync<RpcException>(silent.ResponseStream.MoveNext().Guarded("the other stream's end"));
        await stop.Guarded("the stop");

        // The connection can end before the last answers have come over it.
        var kept = (await _bench.Service.ListMessagesAsync("q")).Messages.Select(static message => message.Id).ToList();
        kept.ShouldContain("under-way");
        answered.Select(static result => result.Id).Except(kept).ShouldBeEmpty();
    }

    private sealed class HeldEnqueues(ITimestone inner) : ForwardingTimestone(inner)
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously),
            _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void Release() => _released.SetResult();

        public override async Task<IReadOnlyList<MessageResult>> EnqueueAsync(
            string queue,
            IReadOnlyList<NewMessage> messages,
            CancellationToken cancellationToken = default
        )
        {
            _begun.TrySetResult();
            await _released.Task;
            return await base.EnqueueAsync(queue, messages, cancellationToken);
        }
    }

    private static async Task<List<V1.MessageResult>> ReadAsync(
        AsyncDuplexStreamingCall<V1.EnqueueRequest, V1.ResultList> call,
        List<V1.MessageResult>? into = null
    )
    {
        var all = into ?? [];
        await foreach (var list in call.ResponseStream.ReadAllAsync())
            all.AddRange(list.Results);
        return all;
    }
}
