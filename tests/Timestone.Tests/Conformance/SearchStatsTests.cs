using Shouldly;
using Timestone.Tests.Indexing;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class SearchStatsTests(ConformanceSubject subject) : IndexTests(subject)
{
    [Fact]
    public async Task Messages_are_counted_by_state_queue_by_queue()
    {
        await Queue();
        foreach (var state in Enum.GetValues<MessageState>())
        {
            for (var i = 0; i <= (int)state; i++)
                await Put($"{state}-{i}", state);
        }

        await Service.EnqueueAsync("another", new NewMessage { Id = "a" });
        await Search(new IndexedWrite("another", "a", 1));
        var queues = await Figures(Write(await Enqueue("last")));
        queues.Select(static queue => queue.Queue).ShouldBe(["another", Q]);
        queues[1].Counts.ShouldBe(new StateCounts(Invisible: 1, Pending: 3, Running: 3, Completed: 4, Canceled: 5, Errored: 6));
        (await Figures(new IndexedWrite("another", "a", 1), "another"))
            .ShouldHaveSingleItem()
            .Counts.ShouldBe(new StateCounts(0, 1, 0, 0, 0, 0));
    }

    [Fact]
    public async Task Stays_failures_expirations_and_missed_deadlines_are_counted()
    {
        await Queue();
        for (var i = 1; i <= 100; i++)
            await Enqueue(new NewMessage { Id = $"m{i}", Deadline = Now + Seconds(i - 50.5) });
        Advance(20);
        var taken = await TakeMany(100);
        for (var i = 0; i < 99; i++)
        {
            Advance(1);
            await Answer(
                i < 9
                    ? Service.FailAsync(Q, taken[i].Id, taken[i].LeaseToken!, permanent: true)
                    : Service.CompleteAsync(Q, taken[i].Id, taken[i].LeaseToken!)
            );
            if (i % 20 == 0)
                await Answer(
                    Service.ExtendAsync(
                        Q,
                        [
                            .. taken
                                .Skip(i + 1)
                                .Select(static message => new LeaseExtension { Id = message.Id, LeaseToken = message.LeaseToken! }),
                        ]
                    )
                );
        }

        Advance(31);
        await StateOf(taken[99].Id);
        var figures = (await Figures(new IndexedWrite(Q, taken[99].Id, 3))).ShouldHaveSingleItem();
        figures.ShouldBeAbout(new IndexedQueueStats
        {
            Queue = Q,
            Counts = new StateCounts(Invisible: 0, Pending: 1, Running: 0, Completed: 90, Canceled: 0, Errored: 9),
            TimeInState =
            [
                new TimeInState { State = MessageState.Pending, Count = 100, P50 = Seconds(20), P95 = Seconds(20), P99 = Seconds(20) },
                new TimeInState { State = MessageState.Running, Count = 100, P50 = Seconds(50), P95 = Seconds(95), P99 = Seconds(99) },
            ],
            Failures = 9,
            Expirations = 1,
            MissedDeadlines = 70,
        });
    }

    [Fact]
    public async Task An_empty_index_counts_nothing() => (await Answer(Service.GetSearchStatsAsync())).Queues.ShouldBeEmpty();

    [Theory]
    [InlineData("queue")]
    [InlineData("after")]
    [InlineData("waitSeconds")]
    public async Task A_bad_question_is_refused_and_names_the_field(string field) => await Service.GetSearchStatsAsync(field switch
    {
        "queue" => new StatsRequest { Queue = "" },
        "after" => new StatsRequest { After = new IndexedWrite("a/b", "a", 1) },
        _ => new StatsRequest { Wait = Seconds(31) },
    }).ShouldBeRefused(ErrorCode.InvalidArgument, field);
}
