using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Testing;
using Xunit;

namespace Timestone.Tests.Testing;

/// <summary>The service for tests of users: its time, and what it waits for.</summary>
public sealed class TimestoneTestServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    private readonly TimestoneTestService _service = new();

    private ITimestone Timestone => _service.Timestone;

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task Its_time_stands_still()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var other = new TimestoneTestService(time: time);
        await other.Timestone.EnqueueAsync("emails", new NewMessage { Id = "one" });
        (await other.Timestone.GetMessageAsync("emails", "one")).EnqueuedAt.ShouldBe(time.GetUtcNow());
        other.Time.ShouldBeSameAs(time);
    }

    [Fact]
    public async Task What_became_due_is_done_when_time_has_passed_and_nobody_has_called()
    {
        await Timestone.EnqueueAsync("emails", new NewMessage { Id = "one" });
        await Timestone.DequeueAsync("emails", new DequeueRequest { Lease = TimeSpan.FromSeconds(30) });
        var expired = _service.UntilAsync("emails", "one", MessageState.Invisible);
        await _service.AdvanceAsync(TimeSpan.FromSeconds(29));
        expired.IsCompleted.ShouldBeFalse();
        await _service.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await expired).Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task Time_passes_where_a_queue_was_deleted()
    {
        await Timestone.CreateQueueAsync("emails", new QueueSettings());
        await Timestone.DeleteQueueAsync("emails");
        await _service.AdvanceAsync(TimeSpan.FromHours(1));
        _service.Time.GetUtcNow().ShouldBe(_service.Time.Start.AddHours(1));
    }

    [Fact]
    public async Task A_message_of_a_queue_that_is_not_there_yet_is_waited_for()
    {
        var pending = _service.UntilAsync("emails", "one", MessageState.Pending);
        await Timestone.EnqueueAsync("emails", new NewMessage { Id = "another" });
        pending.IsCompleted.ShouldBeFalse();
        await Timestone.EnqueueAsync("emails", new NewMessage { Id = "one" });
        (await pending).Id.ShouldBe("one");
    }

    [Fact]
    public async Task A_state_that_lasted_only_for_a_moment_is_seen()
    {
        await Timestone.EnqueueAsync("emails", new NewMessage { Id = "one" });
        var running = _service.UntilAsync("emails", "one", MessageState.Running);
        var batch = await Timestone.DequeueAsync("emails", new DequeueRequest { Worker = "me" });
        await Timestone.CompleteAsync("emails", "one", batch.Messages[0].LeaseToken!);
        var seen = await running;
        (seen.State, seen.Worker).ShouldBe((MessageState.Running, "me"));
        (await Timestone.GetMessageAsync("emails", "one")).State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_what_the_message_is()
    {
        (await TellsAsync()).ShouldBe("Message 'one' of queue 'emails' was not completed within 0.05 s: there is no such message.");
        await Timestone.EnqueueAsync("emails", new NewMessage { Id = "one" });
        (await TellsAsync()).ShouldBe("Message 'one' of queue 'emails' was not completed within 0.05 s: it is pending (attempt 0).");
        var batch = await Timestone.DequeueAsync("emails", new DequeueRequest());
        await Timestone.FailAsync("emails", "one", batch.Messages[0].LeaseToken!, "no connection", permanent: true);
        (await TellsAsync())
            .ShouldBe("Message 'one' of queue 'emails' was not completed within 0.05 s: it is errored (attempt 1: no connection).");

        async Task<string> TellsAsync() =>
            (await _service.UntilAsync("emails", "one", MessageState.Completed, Short).ShouldThrowAsync<TimeoutException>()).Message;
    }

    [Fact]
    public async Task A_wait_ends_when_its_caller_gives_up()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = _service.UntilAsync("emails", "one", MessageState.Completed, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        await waiting.ShouldThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_queue_is_done_when_its_last_message_has_ended_or_is_gone()
    {
        await Timestone.EnqueueAsync("emails", [new NewMessage { Id = "one" }, new NewMessage { Id = "two" }]);
        (await _service.UntilDoneAsync("emails", Short).ShouldThrowAsync<TimeoutException>())
            .Message.ShouldBe("Queue 'emails' was not done within 0.05 s: 2 messages are left.");
        var done = _service.UntilDoneAsync("emails");
        await Timestone.CancelAsync("emails", [new Cancellation { Id = "one" }]);
        done.IsCompleted.ShouldBeFalse();
        await Timestone.PurgeAsync("emails", PurgeScope.All);
        await done;
    }

    [Fact]
    public async Task Histories_tell_what_was_done()
    {
        var enqueued = await Timestone.EnqueueAsync("emails", new NewMessage { Id = "one" });
        var history = await Timestone.GetHistoryAsync("emails", "one", new HistoryRequest { After = enqueued.Version });
        history.Transitions.Count.ShouldBe(1);
    }
}
