using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class SearchHistoryTests(ConformanceSubject subject) : IndexTests(subject)
{
    [Fact]
    public async Task Every_transition_is_told_with_its_time_worker_attempt_and_reason()
    {
        await Queue();
        var deadline = Now + Seconds(2);
        await Enqueue(new NewMessage { Id = "a", Invisible = Seconds(1), Deadline = deadline, Metadata = Owner("x") });
        var enqueued = Now;
        Advance(3);
        await Fail(await Take(worker: "w1"), "no luck");
        Advance(1);
        await Take(worker: "w2", lease: Seconds(5));
        Advance(5);
        await Release(await Take(worker: "w3"));
        await Cancel("a", "enough");
        await Redrive("a");
        var version = (await Complete(await Take(worker: "w4"))).Version!.Value;

        var transitions = await History("a", version);
        transitions.Select(static one => (one.Version, one.Cause, one.From, one.To)).ShouldBe(
        [
            (1, TransitionCause.Enqueue, null, MessageState.Invisible),
            (2, TransitionCause.Visible, MessageState.Invisible, MessageState.Pending),
            (3, TransitionCause.Dequeue, MessageState.Pending, MessageState.Running),
            (4, TransitionCause.Fail, MessageState.Running, MessageState.Pending),
            (5, TransitionCause.Dequeue, MessageState.Pending, MessageState.Running),
            (6, TransitionCause.Expire, MessageState.Running, MessageState.Pending),
            (7, TransitionCause.Dequeue, MessageState.Pending, MessageState.Running),
            (8, TransitionCause.Release, MessageState.Running, MessageState.Pending),
            (9, TransitionCause.Cancel, MessageState.Pending, MessageState.Canceled),
            (10, TransitionCause.Redrive, MessageState.Canceled, MessageState.Pending),
            (11, TransitionCause.Dequeue, MessageState.Pending, MessageState.Running),
            (12, TransitionCause.Complete, MessageState.Running, MessageState.Completed),
        ]);
        transitions.Select(static one => one.Attempt).ShouldBe([0, 0, 1, 1, 2, 2, 3, 2, 2, 0, 1, 1]);
        transitions.Select(one => (one.At - enqueued).TotalSeconds).ShouldBe([0, 1, 3, 3, 4, 9, 9, 9, 9, 9, 9, 9]);
        transitions.Select(static one => one.InFrom?.TotalSeconds).ShouldBe([null, 1, 2, 0, 1, 5, 0, 0, 0, 0, 0, 0]);
        transitions.Select(static one => one.Worker).ShouldBe([null, null, "w1", "w1", "w2", "w2", "w3", "w3", "w3", null, "w4", "w4"]);
        transitions
            .Select(static one => one.Error)
            .ShouldBe([
                null,
                null,
                null,
                "no luck",
                "no luck",
                "lease expired",
                "lease expired",
                "lease expired",
                "enough",
                "enough",
                "enough",
                null,
            ]);
        transitions
            .Select(static one => one.MissedDeadline)
            .ShouldBe([false, false, true, false, true, false, true, false, false, false, true, false]);
        transitions.ShouldAllBe(one =>
            one.Queue == Q
            && one.Id == "a"
            && one.Life == transitions[0].Life
            && one.Metadata.Equals(Owner("x"))
            && one.EnqueuedAt == enqueued
            && one.Deadline == deadline
            && one.Priority == deadline.ToUnixTimeMilliseconds()
        );
    }

    [Fact]
    public async Task Lives_follow_one_another_and_stay_when_their_message_is_gone()
    {
        await Queue();
        await Enqueue("a");
        await Cancel("a");
        await Service.PurgeAsync(Q, PurgeScope.All);
        await Enqueue("a");
        await Service.DeleteQueueAsync(Q);
        await Queue();
        await Enqueue("a");
        await Search(Write(await Enqueue("b")));

        var transitions = await History("a", 1);
        transitions.Select(static one => one.Version).ShouldBe([1, 2, 3, 1, 1]);
        (transitions[2].Cause, transitions[2].From, transitions[2].To).ShouldBe((TransitionCause.Purge, MessageState.Canceled, null));
        transitions.Select(static one => one.Life).Distinct().Count().ShouldBe(3);
        transitions[0].Life.ShouldBe(transitions[1].Life);
    }

    [Theory]
    [InlineData(MessageState.Errored, TransitionCause.Retention)]
    [InlineData(MessageState.Errored, TransitionCause.Bound)]
    [InlineData(MessageState.Canceled, TransitionCause.Retention)]
    [InlineData(MessageState.Pending, TransitionCause.Purge)]
    [InlineData(MessageState.Completed, TransitionCause.Purge)]
    public async Task A_history_shows_why_a_message_was_removed(MessageState state, TransitionCause cause)
    {
        await Queue(Plain with { Retention = Seconds(60), ErroredRetention = Seconds(60), MaxErrored = 1 });
        var deadline = Now + Seconds(2);
        await Enqueue(new NewMessage { Id = "a", Deadline = deadline, Metadata = Owner("x") });
        var last = state switch
        {
            MessageState.Canceled => await Cancel("a"),
            MessageState.Errored => await Fail(await Take(), "no luck", permanent: true),
            MessageState.Completed => await Complete(await Take()),
            _ => await Enqueue(new NewMessage { Id = "a", Deadline = deadline, Metadata = Owner("x") }),
        };
        Advance(10);
        if (cause == TransitionCause.Purge)
            await Service.PurgeAsync(Q, PurgeScope.All);
        else if (cause == TransitionCause.Bound)
            await Put("b", MessageState.Errored);
        else
            Advance(50);
        await Gone("a");

        var transitions = await History("a", last.Version!.Value + 1);
        var removal = transitions[^1];
        (removal.Version, removal.Cause, removal.From, removal.To, removal.InFrom).ShouldBe(
            (last.Version.Value + 1, cause, state, null, null)
        );
        (removal.At, removal.Worker, removal.Error).ShouldBe((Now, null, null));
        removal.ShouldBe(
            transitions[^2] with
            {
                Version = removal.Version,
                Cause = cause,
                From = state,
                To = null,
                At = Now,
                InFrom = null,
                Worker = null,
                Error = null,
            }
        );
    }

    [Fact]
    public async Task A_completed_message_that_is_over_leaves_no_row()
    {
        await Queue(Plain with { Retention = Seconds(60) });
        await Enqueue("a");
        await Complete(await Take());
        Advance(60);
        await Search(Write(await Enqueue("b")));
        (await History("a", 3)).Select(static one => one.Version).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task It_is_read_by_the_page()
    {
        await Queue();
        await Enqueue("a");
        for (var i = 0; i < 3; i++)
            await Release(await Take());
        await History("a", 7);
        var versions = new List<int[]>();
        var request = new HistoryRequest { Limit = 3, After = 7 };
        do
        {
            var page = await Answer(Service.GetHistoryAsync(Q, "a", request));
            versions.Add([.. page.Transitions.Select(static one => one.Version)]);
            request = request with { Cursor = page.Next };
        }
        while (request.Cursor is not null);
        versions.ShouldBe([[1, 2, 3], [4, 5, 6], [7]]);
        (await Answer(Service.GetHistoryAsync(Q, "a"))).Incomplete.ShouldBeFalse();
    }

    [Fact]
    public async Task Of_what_the_index_does_not_know_nothing_is_told()
    {
        (await Answer(Service.GetHistoryAsync("unknown", "a"))).Transitions.ShouldBeEmpty();
        await Queue();
        (await Answer(Service.GetHistoryAsync(Q, "unknown"))).Next.ShouldBeNull();
    }

    [Fact]
    public async Task A_version_that_never_was_is_not_included()
    {
        await Queue();
        await Enqueue("a");
        await Service
            .GetHistoryAsync(Q, "a", new HistoryRequest { After = 2, Wait = TimeSpan.Zero })
            .ShouldBeRefused(ErrorCode.Unavailable, "after");
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("id")]
    [InlineData("after")]
    [InlineData("waitSeconds")]
    [InlineData("limit")]
    [InlineData("cursor")]
    public async Task A_bad_question_is_refused_and_names_the_field(string field) => await (field switch
    {
        "queue" => Service.GetHistoryAsync("a/b", "a"),
        "id" => Service.GetHistoryAsync(Q, ""),
        "after" => Service.GetHistoryAsync(Q, "a", new HistoryRequest { After = 0 }),
        "waitSeconds" => Service.GetHistoryAsync(Q, "a", new HistoryRequest { Wait = Seconds(-1) }),
        "limit" => Service.GetHistoryAsync(Q, "a", new HistoryRequest { Limit = 0 }),
        _ => Service.GetHistoryAsync(Q, "a", new HistoryRequest { Cursor = "nonsense" }),
    }).ShouldBeRefused(ErrorCode.InvalidArgument, field);
}
