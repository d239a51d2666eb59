using Shouldly;
using Timestone.Grains;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

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
        (await grain.ExtendAsync(new LeaseExtension { Id = "a", LeaseToken = taken.LeaseToken!, Progress = Result })).LeaseExpiresAt.ShouldNotBeNull();
        (await grain.GetAsync()).Progress.ShouldBe(Result);
        (await Should.ThrowAsync<TimestoneException>(() => grain.SettleAsync(Settlement.Complete("b", taken.LeaseToken!)))).Error.Field.ShouldBe("id");
        (await Should.ThrowAsync<TimestoneException>(() => grain.SettleAsync(Settlement.Complete("a", "stale")))).Code.ShouldBe(ErrorCode.LeaseLost);
    }

    [Fact]
    public async Task Without_an_index_searches_are_refused() =>
        (await Should.ThrowAsync<TimestoneException>(() => Silos.External.SearchMessagesAsync(new MessageSearch()))).Code.ShouldBe(ErrorCode.NoIndex);

    [Theory]
    [InlineData("q")]
    [InlineData("/a")]
    [InlineData("q/")]
    [InlineData("q/a/b")]
    public void A_key_that_names_no_message_is_refused(string key) =>
        Should.Throw<TimestoneException>(() => MessageKey.Parse(key)).Code.ShouldBe(ErrorCode.InvalidArgument);
}
