using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Shouldly;
using Timestone.Grpc;
using Timestone.Tests.Support;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc.Streams;

/// <summary>A worker's stream: what comes down it, what goes up, and what becomes of messages when it ends.</summary>
public sealed class WorkStreamTests : IAsyncLifetime
{
    private StreamBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await StreamBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Messages_come_best_first_and_as_far_as_the_credit_reaches()
    {
        await _bench.EnqueueAsync(5);
        using var worker = await _bench.WorkAsync(credit: 2);
        (await worker.LeasedAsync(2)).Select(static message => message.Id).ShouldBe(["m0", "m1"]);
        (await CountAsync(MessageState.Running)).ShouldBe(2);

        await worker.SayAsync(new() { Credit = new() { Messages = 1 } });
        (await worker.LeasedAsync()).Id.ShouldBe("m2");
        await _bench.Service.EnqueueAsync("q", new NewMessage { Id = "urgent", Priority = -1 });
        await worker.SayAsync(new() { Credit = new() { Messages = 9 } });
        (await worker.LeasedAsync(3)).Select(static message => message.Id).ShouldBe(["urgent", "m3", "m4"]);

        // What comes later is brought when it comes.
        await _bench.Service.EnqueueAsync("q", new NewMessage { Id = "late" });
        (await worker.LeasedAsync()).Id.ShouldBe("late");
    }

    [Fact]
    public async Task A_stream_takes_what_matches_its_filter()
    {
        await _bench.Service.EnqueueAsync(
            "q",
            [
                new NewMessage { Id = "red", Metadata = Metadata.Of("color", "red"), Priority = 1 },
                new NewMessage { Id = "blue", Metadata = Metadata.Of("color", "blue"), Priority = 2 },
            ]
        );
        using var worker = new WorkerSide(_bench.Calls.Work());
        await worker.SayAsync(
            new()
            {
                Start = new() { Queue = "q", Filter = { { "color", "blue" } } },
                Credit = new() { Messages = 5 },
            }
        );
        (await worker.LeasedAsync()).Id.ShouldBe("blue");
        (await CountAsync(MessageState.Pending)).ShouldBe(1);
    }

    [Fact]
    public async Task Bytes_of_payload_bound_what_comes_once_any_are_given()
    {
        await _bench.EnqueueAsync(10, Payload.FromBytes(new byte[1000]));
        using var worker = await _bench.WorkAsync(credit: 0);
        await worker.SayAsync(new() { Credit = new() { Messages = 1, Bytes = 3000 } });
        await worker.LeasedAsync();
        await worker.SayAsync(new() { Credit = new() { Messages = 9 } });
        await worker.LeasedAsync(2);
        var begun = await worker.BeginAsync(new V1.Message { Id = "none", LeaseToken = "none" });
        begun.Error.Code.ShouldBe("lease_lost");
        (await CountAsync(MessageState.Running)).ShouldBe(3);

        await worker.SayAsync(new() { Credit = new() { Bytes = 2000 } });
        await worker.LeasedAsync(2);
    }

    [Fact]
    public async Task What_was_not_begun_goes_back_with_its_attempt_when_the_stream_breaks()
    {
        await _bench.EnqueueAsync(3);
        var worker = await _bench.WorkAsync(credit: 3);
        var messages = await worker.LeasedAsync(3);
        (await worker.BeginAsync(messages[1])).Error.ShouldBeNull();
        worker.Dispose();

        await Eventually.BeAsync(async () => await CountAsync(MessageState.Pending) == 2);
        (await _bench.Service.GetMessageAsync("q", "m0")).Attempt.ShouldBe(0);
        (await _bench.Service.GetMessageAsync("q", "m2")).Attempt.ShouldBe(0);

        // What was begun is still the worker's, who settles it where it likes.
        (await _bench.Service.GetMessageAsync("q", "m1")).State.ShouldBe(MessageState.Running);
        using var other = await _bench.WorkAsync(credit: 0);
        (await other.SettleAsync(messages[1])).State.ShouldBe(V1.MessageState.Completed);
    }

    [Fact]
    public async Task A_worker_that_ends_its_side_gets_every_answer_and_keeps_what_it_began()
    {
        await _bench.EnqueueAsync(4);
        using var worker = await _bench.WorkAsync(credit: 4);
        var messages = await worker.LeasedAsync(4);
        await worker.BeginAsync(messages[0]);
        await worker.BeginAsync(messages[1]);
        await worker.SayAsync(new() { Settlements = { WorkerSide.Settlement(messages[0]) } });
        await worker.EndAsync();
        (await worker.SettledAsync()).State.ShouldBe(V1.MessageState.Completed);
        (await CountAsync(MessageState.Pending)).ShouldBe(2);
        (await CountAsync(MessageState.Running)).ShouldBe(1);
    }

    [Fact]
    public async Task Each_settlement_and_extension_is_answered_in_its_order()
    {
        await _bench.EnqueueAsync(3);
        using var worker = await _bench.WorkAsync(credit: 3);
        var messages = await worker.LeasedAsync(3);
        await worker.SayAsync(
            new()
            {
                Settlements =
                {
                    WorkerSide.Settlement(messages[0]),
                    WorkerSide.Settlement(new V1.Message { Id = "unknown", LeaseToken = "00" }),
                    WorkerSide.Settlement(messages[1], V1.SettlementAction.Release),
                },
                Extensions =
                {
                    new V1.LeaseExtension
                    {
                        Id = messages[2].Id,
                        LeaseToken = messages[2].LeaseToken,
                        Progress = "50",
                        Lease = Duration.FromTimeSpan(TimeSpan.FromHours(1)),
                    },
                },
            }
        );
        (await worker.SettledAsync()).State.ShouldBe(V1.MessageState.Completed);
        (await worker.SettledAsync()).Error.Code.ShouldBe("message_not_found");
        (await worker.SettledAsync()).State.ShouldBe(V1.MessageState.Pending);
        (await worker.ExtendedAsync()).Error.ShouldBeNull();
        (await _bench.Service.GetMessageAsync("q", "m2")).Progress.ToString().ShouldBe("50");

        // A begin tells how much of the extended lease is left.
        (await worker.BeginAsync(messages[2])).Left.ToTimeSpan().ShouldBeGreaterThan(TimeSpan.FromMinutes(50));
    }

    [Fact]
    public async Task A_message_that_is_called_off_is_told_and_can_no_longer_be_begun()
    {
        await _bench.EnqueueAsync(2);
        using var worker = await _bench.WorkAsync(credit: 2);
        var messages = await worker.LeasedAsync(2);
        await worker.BeginAsync(messages[0]);
        await _bench.Service.CancelAsync("q", "m0", "changed our minds");
        var lost = await worker.LostAsync();
        (lost.Id, lost.State, lost.Error.Code).ShouldBe(("m0", V1.MessageState.Canceled, "lease_lost"));
        await _bench.Service.CancelAsync("q", "m1");
        (await worker.LostAsync()).Id.ShouldBe("m1");
        (await worker.BeginAsync(messages[1])).Error.Code.ShouldBe("lease_lost");
    }

    [Fact]
    public async Task A_lease_that_ends_is_told()
    {
        await _bench.EnqueueAsync(1);
        using var worker = await _bench.WorkAsync(credit: 1, lease: TimeSpan.FromMilliseconds(200));
        await worker.BeginAsync(await worker.LeasedAsync());
        (await worker.LostAsync()).Id.ShouldBe("m0");
    }

    [Fact]
    public async Task A_lease_shorter_than_the_wait_for_it_is_fresh_when_it_comes()
    {
        await _bench.Service.CreateQueueAsync("q", new QueueSettings());
        var lease = TimeSpan.FromMilliseconds(400);
        using var worker = await _bench.WorkAsync(credit: 1, lease);
        await worker.StartedAsync();
        for (var i = 0; i < 5; i++)
        {
            // The wait is longer than the lease, which is what this is about.
            await LeaseEndsAsync(lease);
            await _bench.Service.EnqueueAsync("q", new NewMessage());
            var message = await worker.LeasedAsync();
            (await worker.BeginAsync(message)).Error.ShouldBeNull();
            await worker.SayAsync(new() { Credit = new() { Messages = 1 } });
            (await worker.SettleAsync(message)).Error.ShouldBeNull();
        }
    }

    [Fact]
    public async Task A_server_that_stops_sends_its_workers_away_and_takes_back_what_they_had_not_begun()
    {
        await _bench.EnqueueAsync(2);
        using var worker = await _bench.WorkAsync(credit: 2);
        var messages = await worker.LeasedAsync(2);
        await worker.BeginAsync(messages[0]);
        var stop = _bench.StopAsync();
        await worker.ToldToReconnectAsync();
        (await worker.SettleAsync(messages[0])).State.ShouldBe(V1.MessageState.Completed);
        await worker.EndAsync();
        await stop;
        (await CountAsync(MessageState.Pending)).ShouldBe(1);
    }

    [Fact]
    public async Task What_makes_no_sense_ends_the_stream_with_the_field_at_fault()
    {
        await _bench.EnqueueAsync(1);
        await RefusedAsync("start", new V1.WorkRequest { Credit = new() { Messages = 1 } });
        await RefusedAsync("queue", new V1.WorkRequest { Start = new() { Queue = "no queue" } });
        await RefusedAsync("start", Start(), Start());
        await RefusedAsync("credit.messages", Start(), new V1.WorkRequest { Credit = new() { Messages = 10_001 } });
        await RefusedAsync("credit.bytes", Start(), new V1.WorkRequest { Credit = new() { Bytes = -1 } });
        await RefusedAsync(
            "leaseSeconds",
            new V1.WorkRequest { Start = new() { Queue = "q", Lease = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)) } }
        );
    }

    [Fact]
    public async Task A_stream_of_a_queue_that_is_not_there_or_goes_ends_with_that()
    {
        using var early = await _bench.WorkAsync(credit: 1);
        (await early.RefusedAsync()).ToError()!.Code.ShouldBe(ErrorCode.QueueNotFound);

        await _bench.EnqueueAsync(1);
        using var worker = await _bench.WorkAsync(credit: 2);
        await worker.LeasedAsync();
        await _bench.Service.DeleteQueueAsync("q");
        (await worker.RefusedAsync()).ToError()!.Code.ShouldBe(ErrorCode.QueueNotFound);
    }

    private static V1.WorkRequest Start() => new() { Start = new() { Queue = "q" } };

    private async Task RefusedAsync(string field, params V1.WorkRequest[] requests)
    {
        using var worker = new WorkerSide(_bench.Calls.Work());
        foreach (var request in requests)
        {
            try
            {
                await worker.SayAsync(request);
            }
            catch (RpcException)
            {
                // The one before was refused already.
            }
        }

        var refusal = (await worker.RefusedAsync()).ToError();
        (refusal!.Code, refusal.Field).ShouldBe((ErrorCode.InvalidArgument, field));
    }

    private Task<long> CountAsync(MessageState state) => _bench.Service.GetDepthAsync("q", state);

    // As long as a lease of the same length in another queue lasts, by the service's own word.
    private async Task LeaseEndsAsync(TimeSpan lease)
    {
        await _bench.Service.EnqueueAsync("other", new NewMessage());
        var message = (await _bench.Service.DequeueAsync("other", new DequeueRequest { Lease = lease })).Messages.ShouldHaveSingleItem();
        var reference = new LeaseReference(message.Id, message.LeaseToken!);
        (await _bench.Service.WatchLeasesAsync("other", [reference], Limits.MaxWait)).ShouldHaveSingleItem();
        await _bench.Service.DeleteQueueAsync("other");
    }
}
