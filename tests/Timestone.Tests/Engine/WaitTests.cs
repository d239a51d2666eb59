using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Timestone.Tests.Journal;
using Timestone.Tests.Simulation;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>Dequeues that wait for filters, and requests that an index is built for, in a runner whose turns the test takes.</summary>
public sealed class WaitTests
{
    private static readonly QueueSettings Exclusive = new() { Type = QueueType.Exclusive, ExclusivityKey = "owner" };

    private readonly SimulatedScheduler _scheduler = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Waiting_on_many_key_sets_builds_no_index_and_is_served_in_order()
    {
        var runner = await RunnerAsync();
        var waits = Enumerable.Range(0, 20).Select(i => Wait(runner, Metadata.Of($"k{i}", "v"))).ToArray();
        var any = Wait(runner, Metadata.Empty);
        Enqueue(runner, "all", Metadata.From(Enumerable.Range(0, 3).Select(i => KeyValuePair.Create($"k{i}", "v"))));
        Ids(waits[0]).ShouldBe(["all"]);
        Enqueue(runner, "second", Metadata.From([new("k1", "v"), new("k2", "v")]));
        Ids(waits[1]).ShouldBe(["second"]);
        Enqueue(runner, "other-value", Metadata.Of("k2", "w"));
        Ids(any).ShouldBe(["other-value"]);
        Enqueue(runner, "last", Metadata.Of("k19", "v"));
        Ids(waits[19]).ShouldBe(["last"]);
        waits.Count(static wait => wait.IsCompleted).ShouldBe(3);
        Indexes(runner).ShouldBe(0);
    }

    [Fact]
    public async Task A_value_that_is_unlocked_goes_to_the_filter_that_waits_for_it_again_and_again()
    {
        var runner = await RunnerAsync(Exclusive);
        Enqueue(runner, "held", Pair("x", "red"));
        var held = Ended(Wait(runner, Metadata.Empty)).Messages.ShouldHaveSingleItem();
        for (var i = 0; i < 3; i++)
            Enqueue(runner, $"blue{i}", Pair("x", "blue"));
        Enqueue(runner, "green", Pair("x", "green"));
        var greens = new[] { Wait(runner, Metadata.Of("color", "green")), Wait(runner, Metadata.Of("color", "green")) };
        var blues = Enumerable.Range(0, 3).Select(_ => Wait(runner, Metadata.Of("color", "blue"))).ToArray();
        greens[0].IsCompleted.ShouldBeFalse();
        Complete(runner, held);
        var green = Ended(greens[0]).Messages.ShouldHaveSingleItem();
        blues.ShouldAllBe(static wait => !wait.IsCompleted);
        Complete(runner, green);
        foreach (var (blue, i) in blues.Select(static (wait, i) => (wait, i)))
        {
            var taken = Ended(blue).Messages.ShouldHaveSingleItem();
            taken.Id.ShouldBe($"blue{i}");
            Complete(runner, taken);
        }

        greens[1].IsCompleted.ShouldBeFalse();
        Enqueue(runner, "green-again", Pair("x", "green"));
        Ids(greens[1]).ShouldBe(["green-again"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_there_when_dequeueing_was_blocked_is_served_when_it_is_not_best_first(bool exclusive)
    {
        var runner = await RunnerAsync((exclusive ? Exclusive : new QueueSettings()) with { DequeueBlocked = true });
        for (var i = 0; i < 3000; i++)
            Enqueue(runner, $"m{i}", Pair($"o{i}", i % 1000 == 999 ? "red" : "blue"), 10_000 - i);
        var reds = Enumerable.Range(0, 4).Select(_ => Wait(runner, Metadata.Of("color", "red"))).ToArray();
        var any = Wait(runner, Metadata.Empty);
        Run(runner.ExecuteAsync(0, static (engine, _) => engine.Update(new QueueSettingsPatch { DequeueBlocked = false })));
        reds.Take(3).SelectMany(Ids).ShouldBe(["m2999", "m1999", "m999"]);
        Ids(any).ShouldBe(["m2998"]);
        reds[3].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Waits_end_at_their_time_and_when_they_are_given_up_whichever_is_first()
    {
        var runner = await RunnerAsync();
        using var giveUp = new CancellationTokenSource();
        var early = runner.DequeueAsync(Waiting(Metadata.Of("k", "v"), 5));
        var late = runner.DequeueAsync(Waiting(Metadata.Of("k", "v"), 20));
        var given = runner.DequeueAsync(Waiting(Metadata.Of("k", "v"), 10), giveUp.Token);
        _scheduler.RunAll();
        await giveUp.CancelAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        _scheduler.RunAll();
        Ended(early).Messages.ShouldBeEmpty();
        given.IsCanceled.ShouldBeTrue();
        Enqueue(runner, "a", Metadata.Of("k", "v"));
        Ids(late).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Commands_are_answered_while_an_index_is_built_and_what_it_is_built_for_afterwards()
    {
        var runner = await RunnerAsync();
        Run(runner.ExecuteAsync(0, static (engine, _) =>
        {
            for (var i = 0; i < 20_000; i++)
                engine.Enqueue([new NewMessage { Id = $"m{i}", Metadata = Metadata.Of("color", i == 19_000 ? "red" : "blue") }]);
            return 0;
        }));
        var ended = new List<string>();
        var red = runner.DequeueAsync(new DequeueRequest { Filter = Metadata.Of("color", "red") });
        var depth = runner.DepthAsync(null, Metadata.Of("color", "red"));
        // A command that sends the next one: each gets its turn between two slices of the index.
        var turns = 0;
        void Next() => runner.ExecuteAsync(0, (engine, _) =>
        {
            ended.Add($"{++turns} {engine.IsBuilding} {red.IsCompleted}");
            if (turns < 4)
                Next();
            return 0;
        });
        Next();
        _scheduler.RunAll();
        ended.ShouldBe(["1 True False", "2 True False", "3 True False", "4 True False"]);
        Ids(red).ShouldBe(["m19000"]);
        (await depth).ShouldBe(1);
    }

    [Fact]
    public async Task A_runner_that_is_closed_answers_those_that_an_index_is_built_for()
    {
        var runner = await RunnerAsync();
        Run(runner.ExecuteAsync(0, static (engine, _) =>
        {
            for (var i = 0; i < 10_000; i++)
                engine.Enqueue([new NewMessage { Id = $"m{i}", Metadata = Metadata.Of("color", "blue") }]);
            return 0;
        }));
        var red = runner.DequeueAsync(Waiting(Metadata.Of("color", "red"), 30));
        var depth = runner.DepthAsync(null, Metadata.Of("color", "blue"));
        _ = runner.DisposeAsync().AsTask();
        _scheduler.RunAll();
        runner.Stopped.IsCompleted.ShouldBeTrue();
        Ended(red).Messages.ShouldBeEmpty();
        (await depth).ShouldBe(10_000);
    }

    private static Metadata Pair(string owner, string color) => Metadata.From([new("owner", owner), new("color", color)]);

    private static DequeueRequest Waiting(Metadata filter, int seconds) => new() { Filter = filter, Wait = TimeSpan.FromSeconds(seconds) };

    private async Task<QueueRunner> RunnerAsync(QueueSettings? settings = null) =>
        new(
            (await new MemoryJournal().OpenAsync("q", TestRows.Queue("q") with { Settings = settings ?? new QueueSettings() }))!,
            _time,
            _scheduler
        );

    private Task<DequeueResult> Wait(QueueRunner runner, Metadata filter)
    {
        var wait = runner.DequeueAsync(Waiting(filter, 30));
        _scheduler.RunAll();
        return wait;
    }

    private void Enqueue(QueueRunner runner, string id, Metadata metadata, long? priority = null) =>
        Run(
            runner.ExecuteAsync(
                new NewMessage
                {
                    Id = id,
                    Metadata = metadata,
                    Priority = priority,
                },
                static (engine, message) => engine.Enqueue([message])
            )
        );

    private void Complete(QueueRunner runner, Message message) =>
        Run(runner.ExecuteAsync(message, static (engine, held) => engine.Settle([Settlement.Complete(held.Id, held.LeaseToken!)])));

    private int Indexes(QueueRunner runner) => Run(runner.ExecuteAsync(0, static (engine, _) => engine.FilterIndexCount));

    private static string[] Ids(Task<DequeueResult> wait) => [.. Ended(wait).Messages.Select(static message => message.Id)];

    private T Run<T>(Task<T> task)
    {
        _scheduler.RunAll();
        return Ended(task);
    }

    private static T Ended<T>(Task<T> task) =>
        task.IsCompletedSuccessfully ? task.Result : throw new InvalidOperationException($"The call is {task.Status}.");
}
