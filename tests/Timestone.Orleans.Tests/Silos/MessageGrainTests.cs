using Shouldly;
using Timestone.Engine;
using Timestone.Grains;
using Timestone.Indexing.Memory;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Slow]
public sealed class MessageGrainTests : SiloTests
{
    private static readonly Payload Result = Payload.FromJson("42"u8.ToArray());
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_message_is_read_without_opening_its_queue()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a", Payload = Result, Metadata = Metadata.Of("k", "v") });
        var known = await Service.GetMessageAsync(Queue, "a");
        await CloseQueueAsync();
        (await MessageGrain("a").GetAsync()).ShouldBe(known);
        Silos.OwnerOf(Queue).ShouldBe(NoSilo);
    }

    [Fact]
    public async Task A_message_that_is_not_there_is_refused()
    {
        await Service.CreateQueueAsync(Queue, new QueueSettings());
        (await Should.ThrowAsync<TimestoneException>(() => MessageGrain("a").GetAsync())).Code.ShouldBe(ErrorCode.MessageNotFound);
    }

    [Fact]
    public async Task Who_waits_for_a_message_s_end_is_told_of_it()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        var waiting = MessageGrain("a").WaitForEndAsync(Long);
        var taken = (await Service.DequeueAsync(Queue, new DequeueRequest())).Messages.ShouldHaveSingleItem();
        waiting.IsCompleted.ShouldBeFalse();
        await MessageGrain("a").SettleAsync(Settlement.Complete("a", taken.LeaseToken!, Result));
        var ended = await waiting;
        (ended.State, ended.Result).ShouldBe((MessageState.Completed, Result));
        (await MessageGrain("a").WaitForEndAsync(Long)).ShouldBe(ended);
    }

    [Fact]
    public async Task Who_waits_is_told_of_the_end_of_a_message_that_is_not_kept()
    {
        await Service.CreateQueueAsync(Queue, new QueueSettings { Retention = TimeSpan.Zero });
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        // Where the queue is, so that the wait has begun when this returns.
        var waiting = Silos.Locals[Silos.OwnerOf(Queue)].WaitForEndAsync(Queue, "a", Long);
        var taken = (await Service.DequeueAsync(Queue, new DequeueRequest())).Messages.ShouldHaveSingleItem();
        waiting.IsCompleted.ShouldBeFalse();
        await Service.CompleteAsync(Queue, "a", taken.LeaseToken!, Result);
        var ended = await waiting;
        (ended.State, ended.Result, ended.Version).ShouldBe((MessageState.Completed, Result, 3));
    }

    [Fact]
    public async Task Who_waits_is_told_when_the_message_is_removed()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        var waiting = Silos.Locals[Silos.OwnerOf(Queue)].WaitForEndAsync(Queue, "a", Long);
        await Service.PurgeAsync(Queue, PurgeScope.All);
        (await Should.ThrowAsync<TimestoneException>(() => waiting)).Code.ShouldBe(ErrorCode.MessageNotFound);
    }

    [Fact]
    public async Task A_wait_ends_with_the_message_as_it_stands()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        (await MessageGrain("a").WaitForEndAsync(TimeSpan.Zero)).State.ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task Its_transitions_are_its_queue_s()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        var grain = MessageGrain("a");
        (await grain.CancelAsync("no longer wanted")).State.ShouldBe(MessageState.Canceled);
        (await grain.RedriveAsync()).State.ShouldBe(MessageState.Pending);
        var taken = (await Service.DequeueAsync(Queue, new DequeueRequest())).Messages.ShouldHaveSingleItem();
        (
            await grain.ExtendAsync(
                new LeaseExtension
                {
                    Id = "a",
                    LeaseToken = taken.LeaseToken!,
                    Progress = Result,
                }
            )
        ).LeaseExpiresAt.ShouldNotBeNull();
        (await grain.GetAsync()).Progress.ShouldBe(Result);
        (
            await Should.ThrowAsync<TimestoneException>(() => grain.SettleAsync(Settlement.Complete("b", taken.LeaseToken!)))
        ).Error.Field.ShouldBe("id");
        (await Should.ThrowAsync<TimestoneException>(() => grain.SettleAsync(Settlement.Complete("a", "stale")))).Code.ShouldBe(
            ErrorCode.LeaseLost
        );
    }

    [Fact]
    public async Task Its_history_is_told_without_opening_its_queue_and_when_that_is_gone()
    {
        Needs.MoreThanGarnet("streams, which an outbox is");
        await Silos.OpenAsync(Database, new LocalTimestoneOptions(), TimeProvider.System, new MemoryIndex());
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        var canceled = await MessageGrain("a").CancelAsync("no longer wanted");
        await CloseQueueAsync();
        var history = await MessageGrain("a").GetHistoryAsync(new HistoryRequest { After = canceled.Version });
        history
            .Transitions.Select(transition => (transition.To, transition.Error))
            .ShouldBe([(MessageState.Pending, null), (MessageState.Canceled, "no longer wanted")]);
        Silos.OwnerOf(Queue).ShouldBe(NoSilo);
        await Service.DeleteQueueAsync(Queue);
        (await MessageGrain("a").GetHistoryAsync(new HistoryRequest { After = canceled.Version })).Transitions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Without_an_index_searches_and_histories_are_refused()
    {
        (await Should.ThrowAsync<TimestoneException>(() => Silos.External.SearchMessagesAsync(new MessageSearch()))).Code.ShouldBe(
            ErrorCode.NoIndex
        );
        (await Should.ThrowAsync<TimestoneException>(() => MessageGrain("a").GetHistoryAsync(new HistoryRequest()))).Code.ShouldBe(
            ErrorCode.NoIndex
        );
    }

    [Theory]
    [InlineData("q")]
    [InlineData("/a")]
    [InlineData("q/")]
    [InlineData("q/a/b")]
    public void A_key_that_names_no_message_is_refused(string key) =>
        Should.Throw<TimestoneException>(() => MessageKey.Parse(key)).Code.ShouldBe(ErrorCode.InvalidArgument);
}
