using Shouldly;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Json;
using Xunit;

namespace Timestone.Tests.Events;

public sealed class EventDocumentsTests
{
    private static readonly OutboxEntry Dequeue = new()
    {
        Kind = OutboxEntryKind.Transition,
        Queue = "q",
        QueueCreatedAt = 1000,
        At = 5250,
        Id = "a",
        Sequence = 7,
        Version = 2,
        From = MessageState.Pending,
        Since = 2000,
        State = MessageState.Running,
        Cause = TransitionCause.Dequeue,
        Attempt = 1,
        Priority = 5249,
        HasDeadline = true,
        EnqueuedAt = 2000,
        Metadata = Metadata.Of("tenant", "acme"),
        Worker = "w",
        Error = "e",
    };

    [Fact]
    public void A_transition_is_told_as_itself_and_as_the_message_since()
    {
        var events = EventDocuments.Of([Dequeue]).ToArray();
        events.Select(static told => told.Kind).ShouldBe([StreamEventKind.Transition, StreamEventKind.Message]);
        events[0].Transition.ShouldBe(new Transition
        {
            Queue = "q",
            Id = "a",
            Life = "1000-7",
            Version = 2,
            From = MessageState.Pending,
            To = MessageState.Running,
            Cause = TransitionCause.Dequeue,
            At = Time(5250),
            InFrom = TimeSpan.FromMilliseconds(3250),
            Attempt = 1,
            Worker = "w",
            Error = "e",
            Priority = 5249,
            Deadline = Time(5249),
            MissedDeadline = true,
            Metadata = Metadata.Of("tenant", "acme"),
            EnqueuedAt = Time(2000),
        });
        events[1].Message.ShouldBe(new IndexedMessage
        {
            Queue = "q",
            Id = "a",
            Life = "1000-7",
            Version = 2,
            State = MessageState.Running,
            Priority = 5249,
            Deadline = Time(5249),
            Metadata = Metadata.Of("tenant", "acme"),
            EnqueuedAt = Time(2000),
            UpdatedAt = Time(5250),
            Attempt = 1,
            Worker = "w",
            Error = "e",
        });
    }

    [Fact]
    public void An_enqueue_comes_from_no_state_and_carries_the_payload()
    {
        var payload = Payload.FromText("hello");
        var enqueue = Dequeue with
        {
            From = null,
            Since = 2000,
            State = MessageState.Invisible,
            Cause = TransitionCause.Enqueue,
            VisibleAt = 9000,
            Payload = payload,
        };
        var events = EventDocuments.Of([enqueue]).ToArray();
        events[0].Transition!.ShouldSatisfyAllConditions(
            transition => transition.From.ShouldBeNull(),
            transition => transition.InFrom.ShouldBeNull(),
            transition => transition.MissedDeadline.ShouldBeFalse(),
            transition => transition.Payload.ShouldBe(payload));
        events[1].Message!.VisibleAt.ShouldBe(Time(9000));
    }

    [Theory]
    [InlineData(TransitionCause.Dequeue, true, 5250, false)]
    [InlineData(TransitionCause.Dequeue, false, 1, false)]
    [InlineData(TransitionCause.Complete, true, 1, false)]
    [InlineData(TransitionCause.Dequeue, true, 5249, true)]
    public void Only_a_dequeue_after_the_deadline_has_missed_it(TransitionCause cause, bool hasDeadline, long priority, bool missed) =>
        EventDocuments
            .TransitionOf(Dequeue with { Cause = cause, HasDeadline = hasDeadline, Priority = priority })
            .MissedDeadline.ShouldBe(missed);

    [Fact]
    public void A_restated_message_is_no_transition() =>
        EventDocuments
            .Of([Dequeue with { Kind = OutboxEntryKind.Restated, Cause = null }])
            .ShouldHaveSingleItem()
            .Message!.Version.ShouldBe(2);

    [Fact]
    public void Removals_say_what_is_gone()
    {
        EventDocuments
            .Of([Dequeue with { Kind = OutboxEntryKind.Removed, Cause = TransitionCause.Retention, State = MessageState.Completed }])
            .ShouldHaveSingleItem()
            .ShouldBe(
                new StreamEvent
                {
                    Schema = 1,
                    Kind = StreamEventKind.MessageRemoved,
                    RemovedMessage = new RemovedMessage("q", "a", "1000-7", 2),
                }
            );
        EventDocuments
            .Of([
                new OutboxEntry
                {
                    Kind = OutboxEntryKind.QueueDeleted,
                    Queue = "q",
                    QueueCreatedAt = 1000,
                    At = 6000,
                },
            ])
            .ShouldHaveSingleItem()
            .ShouldBe(
                new StreamEvent
                {
                    Schema = 1,
                    Kind = StreamEventKind.QueueRemoved,
                    RemovedQueue = new RemovedQueue("q", Time(1000)),
                }
            );
    }

    [Fact]
    public void Causes_have_the_numbers_that_are_stored() =>
        Enum.GetValues<TransitionCause>().Select(static cause => (int)cause).ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13]);

    [Theory]
    [InlineData(OutboxEntryKind.Transition, (TransitionCause)9)]
    [InlineData(OutboxEntryKind.Transition, null)]
    [InlineData(OutboxEntryKind.Removed, TransitionCause.Retention)]
    public void What_no_history_shows_is_no_transition(OutboxEntryKind kind, TransitionCause? cause) =>
        Should.Throw<ArgumentException>(() =>
            EventDocuments.TransitionOf(Dequeue with { Kind = kind, Cause = cause, State = MessageState.Completed })
        );

    [Theory]
    [InlineData(MessageState.Errored, TransitionCause.Retention)]
    [InlineData(MessageState.Errored, TransitionCause.Bound)]
    [InlineData(MessageState.Canceled, TransitionCause.Retention)]
    [InlineData(MessageState.Completed, TransitionCause.Purge)]
    [InlineData(MessageState.Pending, TransitionCause.Purge)]
    public void Removals_that_a_history_shows_are_told_there_too(MessageState last, TransitionCause cause)
    {
        var events = EventDocuments.Of([Dequeue with { Kind = OutboxEntryKind.Removed, Cause = cause, State = last }]).ToArray();
        events.Select(static told => told.Kind).ShouldBe([StreamEventKind.Transition, StreamEventKind.MessageRemoved]);
        events[0].Transition!.ShouldSatisfyAllConditions(
            removal => removal.Cause.ShouldBe(cause),
            removal => removal.From.ShouldBe(last),
            removal => removal.To.ShouldBeNull(),
            removal => removal.InFrom.ShouldBeNull());
        EventJson.Read(EventJson.Write(events[0])).ShouldBe(events[0]);
    }

    [Fact]
    public void What_is_told_comes_through_JSON_unchanged()
    {
        foreach (
            var told in EventDocuments.Of([
                Dequeue,
                Dequeue with
                {
                    From = null,
                    VisibleAt = 9000,
                    Payload = Payload.FromBytes(new byte[] { 0, 255 }),
                },
            ])
        )
            EventJson.Read(EventJson.Write(told)).ShouldBe(told);
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
