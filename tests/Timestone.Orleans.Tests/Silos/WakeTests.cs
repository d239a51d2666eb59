using Shouldly;
using Timestone.Journals.Redis;
using Timestone.Tests.Redis;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Slow]
public sealed class WakeTests : SiloTests
{
    [Fact]
    public async Task An_idle_queue_is_closed_and_opened_again_by_the_next_call()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        await CloseQueueAsync();
        (await Service.GetDepthAsync(Queue)).ShouldBe(1);
        Silos.OwnerOf(Queue).ShouldNotBe(NoSilo);
    }

    [Fact]
    public async Task What_is_due_in_a_closed_queue_happens_although_nobody_calls()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a", Invisible = TimeSpan.FromSeconds(1) });
        await CloseQueueAsync();
        await BecomesAsync("a", MessageState.Pending);
    }

    [Fact]
    public async Task A_lease_in_a_closed_queue_expires_although_nobody_calls()
    {
        await Service.CreateQueueAsync(Queue, new QueueSettings { MaxAttempts = 1, Lease = TimeSpan.FromSeconds(1) });
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        (await Service.DequeueAsync(Queue, new DequeueRequest())).Messages.ShouldHaveSingleItem();
        await CloseQueueAsync();
        await BecomesAsync("a", MessageState.Errored);
    }

    [Fact]
    public async Task Queues_of_which_nothing_is_noted_are_looked_after_from_the_beginning()
    {
        await using var journal = Open();
        await using (var before = new Engine.LocalTimestone(journal))
            await before.EnqueueAsync(Queue, new NewMessage { Id = "a", Invisible = TimeSpan.FromSeconds(1) });
        await journal.WakeTable.SetClosedAsync(Queue, null);
        await journal.WakeTable.BeginAsync();
        await BecomesAsync("a", MessageState.Pending);
    }

    private RedisJournal Open() => RedisJournal.Open(new RedisJournalOptions { Configuration = Database, Timeout = RedisServer.Patience });

    private async Task BecomesAsync(string id, MessageState state)
    {
        await using var journal = Open();
        await Eventually.BeAsync(async () => (await journal.ReadMessageAsync(Queue, id))!.Row.State.State == state);
    }
}
