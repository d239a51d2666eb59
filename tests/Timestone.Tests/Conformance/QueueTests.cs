using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class QueueTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private static readonly QueueSettings Unusual = UnusualSettings.All;

    [Fact]
    public async Task A_created_queue_has_the_settings_it_was_created_with()
    {
        var created = await Service.CreateQueueAsync(Q, Unusual);
        created.ShouldBe(new CreateQueueResult(new QueueInfo { Name = Q, Settings = Unusual, CreatedAt = Now }, Created: true));
        Advance(10);
        (await Service.GetQueueAsync(Q)).ShouldBe(created.Queue);
    }

    [Fact]
    public async Task Creating_it_again_with_the_same_settings_is_success()
    {
        var queue = await Queue(Unusual);
        Advance(10);
        (await Service.CreateQueueAsync(Q, Unusual)).ShouldBe(new CreateQueueResult(queue, Created: false));
    }

    [Fact]
    public async Task Creating_it_again_does_not_look_at_the_blocks_and_leaves_them()
    {
        var queue = await Queue(Unusual);
        var again = await Service.CreateQueueAsync(Q, Unusual with { EnqueueBlocked = false, DequeueBlocked = false });
        again.ShouldBe(new CreateQueueResult(queue, Created: false));
    }

    [Fact]
    public async Task Creating_it_again_with_other_settings_is_refused_and_changes_nothing()
    {
        var queue = await Queue();
        await Queue(Plain with { MaxAttempts = 9 }).ShouldBeRefused(ErrorCode.QueueExists);
        await Queue(Exclusive).ShouldBeRefused(ErrorCode.QueueExists);
        (await Service.GetQueueAsync(Q)).ShouldBe(queue);
    }

    [Fact]
    public async Task Creating_it_again_is_compared_with_the_settings_it_has_now()
    {
        await Queue();
        await Update(new QueueSettingsPatch { MaxAttempts = 9 });
        await Queue(Plain).ShouldBeRefused(ErrorCode.QueueExists);
        (await Queue(Plain with { MaxAttempts = 9 })).Settings.MaxAttempts.ShouldBe(9);
    }

    [Fact]
    public async Task Many_may_create_it_at_once_and_one_does()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Service.CreateQueueAsync(Q, Plain)));
        answers.Count(answer => answer.Created).ShouldBe(1);
        answers.Select(answer => answer.Queue).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_leaves_the_rest()
    {
        await Queue(Unusual);
        var updated = await Update(new QueueSettingsPatch { Lease = Seconds(99), MaxDepth = 0, EnqueueBlocked = false });
        updated.Settings.ShouldBe(Unusual with { Lease = Seconds(99), MaxDepth = 0, EnqueueBlocked = false });
        (await Service.GetQueueAsync(Q)).ShouldBe(updated);
    }

    [Fact]
    public async Task An_update_of_a_part_of_the_backoff_leaves_its_other_parts()
    {
        await Queue(
            Plain with
            {
                Backoff = new Backoff
                {
                    Kind = BackoffKind.Fixed,
                    Initial = Seconds(7),
                    Max = Seconds(70),
                },
            }
        );
        (await Update(new QueueSettingsPatch { Backoff = new BackoffPatch { Max = Seconds(7200) } })).Settings.Backoff.ShouldBe(
            new Backoff
            {
                Kind = BackoffKind.Fixed,
                Initial = Seconds(7),
                Max = Seconds(7200),
            }
        );
        (await Update(new QueueSettingsPatch { Backoff = new BackoffPatch { Kind = BackoffKind.Exponential } })).Settings.Backoff.ShouldBe(
            new Backoff
            {
                Kind = BackoffKind.Exponential,
                Initial = Seconds(7),
                Max = Seconds(7200),
            }
        );
        (await Update(new QueueSettingsPatch { Backoff = new BackoffPatch { Initial = Seconds(5) } })).Settings.Backoff.ShouldBe(
            new Backoff
            {
                Kind = BackoffKind.Exponential,
                Initial = Seconds(5),
                Max = Seconds(7200),
            }
        );
        await Update(new QueueSettingsPatch { Backoff = new BackoffPatch { Max = Seconds(1) } })
            .ShouldBeRefused(ErrorCode.InvalidArgument, "backoff.maxSeconds");
        await Update(new QueueSettingsPatch { Backoff = new BackoffPatch { Kind = (BackoffKind)9 } })
            .ShouldBeRefused(ErrorCode.InvalidArgument, "backoff.kind");
    }

    [Fact]
    public async Task An_update_can_change_everything_but_the_type_and_the_key()
    {
        await Queue(Exclusive);
        var patch = new QueueSettingsPatch
        {
            Lease = Seconds(1),
            Invisible = Seconds(2),
            MaxAttempts = 3,
            Backoff = new BackoffPatch { Kind = BackoffKind.Fixed, Initial = Seconds(4), Max = Seconds(5) },
            Retention = Seconds(6),
            ErroredRetention = Seconds(9),
            MaxErrored = 10,
            MaxDepth = 7,
            MaxPayloadBytes = 8,
            EnqueueBlocked = true,
            DequeueBlocked = true,
            Type = Exclusive.Type,
            ExclusivityKey = Exclusive.ExclusivityKey,
        };
        (await Update(patch)).Settings.ShouldBe(patch.ApplyTo(Exclusive));
    }

    [Fact]
    public async Task An_update_of_the_type_or_the_key_is_refused()
    {
        await Queue(Exclusive);
        await Update(new QueueSettingsPatch { Type = QueueType.Simple }).ShouldBeRefused(ErrorCode.InvalidArgument, "type");
        await Update(new QueueSettingsPatch { ExclusivityKey = "other" }).ShouldBeRefused(ErrorCode.InvalidArgument, "exclusivityKey");
        (await Service.GetQueueAsync(Q)).Settings.ShouldBe(Exclusive);
    }

    [Fact]
    public async Task An_empty_update_changes_nothing_and_can_be_repeated()
    {
        var queue = await Queue();
        (await Update(new QueueSettingsPatch())).ShouldBe(queue);
        (await Update(new QueueSettingsPatch())).ShouldBe(queue);
    }

    [Fact]
    public async Task An_update_applies_to_what_happens_from_then_on()
    {
        await Queue();
        await EnqueueAll("held", "ended", "later");
        var held = await Take();
        await Complete(await Take());
        await Update(new QueueSettingsPatch { Lease = Seconds(1), Retention = Seconds(1) });
        Advance(20);
        (await StateOf("held")).ShouldBe(MessageState.Running);
        (await StateOf("ended")).ShouldBe(MessageState.Completed);
        (await Take()).LeaseExpiresAt.ShouldBe(Now + Seconds(1));
        await Complete(held);
        Advance(1);
        await Gone("held");
    }

    [Fact]
    public async Task A_deleted_queue_is_gone_with_its_messages()
    {
        await Queue();
        await EnqueueAll("a", "b");
        await Service.DeleteQueueAsync(Q);
        await Service.GetQueueAsync(Q).ShouldBeRefused(ErrorCode.QueueNotFound);
        await Queue();
        await Gone("a");
        (await Depth()).ShouldBe(0);
    }

    [Fact]
    public async Task Deleting_it_again_is_refused()
    {
        await Queue();
        await Service.DeleteQueueAsync(Q);
        await Service.DeleteQueueAsync(Q).ShouldBeRefused(ErrorCode.QueueNotFound);
    }

    [Fact]
    public async Task A_queue_created_after_a_delete_is_a_new_one()
    {
        await Queue();
        await Enqueue("a");
        var old = await Take();
        await Service.DeleteQueueAsync(Q);
        Advance(5);
        (await Queue(Exclusive)).CreatedAt.ShouldBe(Now);
        await Enqueue("a", metadata: Owner("x"));
        await Complete(old).ShouldBeRefused(ErrorCode.LeaseLost);
        (await StateOf("a")).ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task Queues_do_not_touch_each_other()
    {
        await Queue();
        await Queue(name: "other");
        await Enqueue("a");
        await Service.EnqueueAsync("other", new NewMessage { Id = "a", Priority = 1 });
        await Complete(await Take());
        (await Service.GetMessageAsync("other", "a")).State.ShouldBe(MessageState.Pending);
        await Service.DeleteQueueAsync("other");
        (await StateOf("a")).ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task The_first_message_creates_its_queue_with_the_default_settings()
    {
        var result = await Service.EnqueueAsync("new", new NewMessage { Id = "a" });
        result.State.ShouldBe(MessageState.Pending);
        (await Service.GetQueueAsync("new")).ShouldBe(new QueueInfo { Name = "new", Settings = Plain, CreatedAt = Now });
    }

    [Fact]
    public async Task Nothing_but_a_message_creates_a_queue()
    {
        await Dequeue(new DequeueRequest()).ShouldBeRefused(ErrorCode.QueueNotFound);
        await Update(new QueueSettingsPatch()).ShouldBeRefused(ErrorCode.QueueNotFound);
        (await Service.ListQueuesAsync()).Queues.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_name_of_a_queue_is_taken_as_it_is_written()
    {
        foreach (var name in new[] { "a", "A", "0", "a.b", "a_b-c", "a..", new string('x', Limits.MaxQueueNameLength) })
            (await Queue(name: name)).Name.ShouldBe(name);
        (await Service.ListQueuesAsync()).Queues.Count.ShouldBe(7);
    }
}
