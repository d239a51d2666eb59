using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class RedriveTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    [Fact]
    public async Task A_redriven_message_starts_again_with_all_its_attempts()
    {
        await Queue(Plain with { MaxAttempts = 2 });
        await Enqueue("a");
        await Fail(await Take(), "one");
        var last = await Take(worker: "w");
        await Extend(last, progress: Json("1"));
        await Fail(last, "two");
        var redriven = await Redrive("a");
        (redriven.State, redriven.Duplicate).ShouldBe((MessageState.Pending, false));
        var message = await Get("a");
        (message.Attempt, message.AttemptsLeft, message.Progress, message.Worker, message.Error).ShouldBe(
            (0, 2, default(Payload), null, "two")
        );
        await Fail(await Take(), "three");
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task A_redriven_message_is_not_removed_when_its_retention_would_have_been_over()
    {
        await Queue();
        await Put("a", MessageState.Errored);
        await Redrive("a");
        Advance(3600);
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task A_redrive_looks_neither_at_the_depth_nor_at_a_block()
    {
        await Queue(Plain with { MaxDepth = 1 });
        await Put("a", MessageState.Errored);
        await Enqueue("b");
        await Service.BlockEnqueueAsync(Q);
        (await Redrive("a")).State.ShouldBe(MessageState.Pending);
        (await Depth()).ShouldBe(2);
    }

    [Fact]
    public async Task A_message_can_be_redriven_each_time_it_ends_in_error()
    {
        await Queue();
        await Put("a", MessageState.Canceled);
        for (var i = 0; i < 3; i++)
        {
            (await Redrive("a")).Duplicate.ShouldBe(false);
            (await Redrive("a")).Duplicate.ShouldBe(true);
            await Fail(await Take(), permanent: true);
        }
    }

    [Fact]
    public async Task Redriving_all_makes_the_errored_messages_pending_and_no_others()
    {
        await Queue();
        foreach (var state in Enum.GetValues<MessageState>())
            await Put($"{state}", state);
        await Put("Errored-2", MessageState.Errored);
        (await Service.RedriveAllAsync(Q)).ShouldBe(2);
        (await StateOf("Errored")).ShouldBe(MessageState.Pending);
        (await StateOf("Errored-2")).ShouldBe(MessageState.Pending);
        (await StateOf("Canceled")).ShouldBe(MessageState.Canceled);
        (await StateOf("Completed")).ShouldBe(MessageState.Completed);
        (await Service.RedriveAllAsync(Q)).ShouldBe(0);
        (await Redrive("Errored")).Duplicate.ShouldBe(true);
    }

    [Fact]
    public async Task Redriving_all_takes_more_than_one_batch_of_them()
    {
        await Queue();
        await PutErrored(2500);
        (await Service.RedriveAllAsync(Q)).ShouldBe(2500);
        (await Depth(MessageState.Pending)).ShouldBe(2500);
        (await TakeIds(3)).ShouldBe(["m0", "m1", "m2"]);
    }

    [Fact]
    public async Task Redriving_all_redrives_each_message_once_however_soon_consumers_fail_it_again()
    {
        const int Count = 3500;
        await Queue();
        await PutErrored(Count);
        // What fails later ranks after what failed before.
        Advance(1);
        var redrive = Service.RedriveAllAsync(Q);
        // Whatever is pending now was redriven just before.
        var failed = 0;
        async Task ConsumeAsync()
        {
            while (!redrive.IsCompleted && failed < 4 * Count)
                Interlocked.Add(ref failed, await FailSome(50));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(ConsumeAsync)));
        (await Answer(redrive)).ShouldBe(Count);
        while (await FailSome(Limits.MaxBatch) is > 0 and var more)
            failed += more;
        failed.ShouldBe(Count);
        (await Depth(MessageState.Errored)).ShouldBe(Count);
    }

    [Fact]
    public async Task Two_redrives_of_all_at_once_share_the_messages()
    {
        const int Count = 3500;
        await Queue();
        await PutErrored(Count);
        var redriven = await Answer(Task.WhenAll(Service.RedriveAllAsync(Q), Service.RedriveAllAsync(Q)));
        redriven.Sum().ShouldBe(Count);
        (await Depth(MessageState.Pending)).ShouldBe(Count);
    }

    private async Task PutErrored(int count)
    {
        foreach (var some in Enumerable.Range(0, count).Select(i => $"m{i}").Chunk(Limits.MaxBatch))
            await EnqueueAll(some);
        while (await FailSome(Limits.MaxBatch) > 0)
        {
            // Until none is left.
        }
    }

    private async Task<int> FailSome(int most)
    {
        var taken = await TakeMany(most);
        if (taken.Count > 0)
            await Answer(
                Service.SettleAsync(Q, [.. taken.Select(message => Settlement.Fail(message.Id, message.LeaseToken!, permanent: true))])
            );
        return taken.Count;
    }
}
