using Shouldly;
using Timestone.Tests.Journal;
using Timestone.Tests.Reference;
using Timestone.Tests.Simulation;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>What locks an exclusivity value in the engine, and what unlocks it.</summary>
public sealed class ExclusivityTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly EngineSubject _engine = new(
        TestRows.Queue("q") with
        {
            Settings = new QueueSettings
            {
                Type = QueueType.Exclusive,
                ExclusivityKey = "owner",
                Lease = Lease,
                Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = TimeSpan.FromMinutes(1) },
            },
        }
    );
    private long _now = TestRows.Now;

    [Fact]
    public void While_a_message_runs_the_best_of_another_value_is_served()
    {
        Enqueue("a", "x");
        Enqueue("b", "x");
        Enqueue("c", "y");
        var held = Dequeue(3);
        Ids(held).ShouldBe(["a", "c"]);
        Dequeue(3).ShouldBeEmpty();
        Complete(held[0]);
        Ids(Dequeue(3)).ShouldBe(["b"]);
    }

    [Fact]
    public void A_value_that_a_filter_has_passed_over_is_served_by_the_filter_when_it_is_unlocked()
    {
        Enqueue("a", "x");
        Enqueue("b", "x");
        Enqueue("c", "y");
        var held = Dequeue(1, "red");
        Ids(Dequeue(3, "red")).ShouldBe(["c"]);
        Complete(held[0]);
        Ids(Dequeue(3, "red")).ShouldBe(["b"]);
    }

    [Fact]
    public void A_lease_that_expires_unlocks_its_value()
    {
        Enqueue("a", "x");
        Enqueue("b", "x");
        Ids(Dequeue(1)).ShouldBe(["a"]);
        _now += (long)Lease.TotalMilliseconds - 1;
        Dequeue(1).ShouldBeEmpty();
        _now++;
        Ids(Dequeue(1)).ShouldBe(["b"]);
    }

    [Fact]
    public void An_engine_that_is_opened_again_has_locked_what_is_running()
    {
        Enqueue("a", "x");
        Enqueue("b", "x");
        var held = Dequeue(1);
        _engine.Reopen();
        Dequeue(1).ShouldBeEmpty();
        Complete(held[0]);
        Ids(Dequeue(1)).ShouldBe(["b"]);
    }

    private static IEnumerable<string> Ids(IReadOnlyList<Message> messages) => messages.Select(static message => message.Id);

    private void Enqueue(string id, string owner) =>
        Ask(new EnqueueCommand([new NewMessage { Id = id, Metadata = Metadata.From([new("owner", owner), new("color", "red")]) }]));

    private IReadOnlyList<Message> Dequeue(int max, string? color = null) =>
        ((DequeueResult)Ask(
            new DequeueCommand(
                new DequeueRequest { Max = max, Filter = color is null ? Metadata.Empty : Metadata.Of("color", color) }
            )
        )).Messages;

    private void Complete(Message held) => Ask(new SettleCommand([Settlement.Complete(held.Id, held.LeaseToken!)]));

    private object Ask(Command command)
    {
        var answer = _engine.Answer(_now, command, JournalRoom.Ample);
        _engine.AssertInvariants();
        return answer;
    }
}
