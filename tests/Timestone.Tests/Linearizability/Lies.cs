using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>Ways in which a history can be wrong.</summary>
internal static class Lies
{
    /// <summary>By what is wrong: each scene holds one lie.</summary>
    public static readonly Dictionary<string, Action<Scene>> All = new()
    {
        ["an acknowledged enqueue is lost"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Ask(new GetCommand("a"), static _ => new TimestoneError(ErrorCode.MessageNotFound, ""));
        },
        ["a message is completed twice"] = scene =>
        {
            scene.Enqueue("a", 1);
            var token = scene.Dequeue().LeaseToken!;
            scene.Settle(Settlement.Complete("a", token));
            scene.Settle(Settlement.Complete("a", token), static told => told with { Duplicate = false, Version = told.Version + 1 });
        },
        ["two messages of one exclusivity value run at once"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Enqueue("b", 2);
            scene.Dequeue();
            scene.DequeueOutOfNothing("b");
        },
        ["two consumers hold one message"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Dequeue();
            scene.DequeueOutOfNothing("a");
        },
        ["a worse priority is served first"] = scene =>
        {
            scene.Enqueue("a", 1, "x");
            scene.Enqueue("b", 2, "y");
            scene.DequeueInstead(_ => scene.Leased(scene.Look("b"), scene.NextRequest with { Worker = "scene1" }));
        },
        ["of one priority the later is served first"] = scene =>
        {
            scene.Enqueue("a", 1, "x");
            scene.Enqueue("b", 1, "y");
            scene.DequeueInstead(_ => scene.Leased(scene.Look("b"), scene.NextRequest with { Worker = "scene1" }));
        },
        ["a stale token completes"] = scene =>
        {
            scene.Enqueue("a", 1);
            var stale = scene.Dequeue().LeaseToken!;
            scene.Settle(Settlement.Release("a", stale));
            scene.Dequeue();
            scene.Settle(
                Settlement.Complete("a", stale),
                static _ => new MessageResult
                {
                    Id = "a",
                    State = MessageState.Completed,
                    Version = 5,
                    Duplicate = false,
                }
            );
        },
        ["a current token is refused"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Settle(
                Settlement.Complete("a", scene.Dequeue().LeaseToken!),
                static _ => MessageResult.Refused("a", ErrorCode.LeaseLost, "")
            );
        },
        ["a duplicate is enqueued as new"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Enqueue("a", 1, static told => told with { Duplicate = false });
        },
        ["an expired lease completes"] = scene =>
        {
            scene.Enqueue("a", 1);
            var token = scene.Dequeue().LeaseToken!;
            scene.Wait(250);
            scene.Enqueue("b", 2);
            scene.Ask(new GetCommand("b"));
            scene.Settle(
                Settlement.Complete("a", token),
                static _ => new MessageResult
                {
                    Id = "a",
                    State = MessageState.Completed,
                    Version = 3,
                    Duplicate = false,
                }
            );
        },
        ["an expired lease is extended"] = scene =>
        {
            scene.Enqueue("a", 1);
            var leased = scene.Dequeue();
            scene.Wait(1500);
            scene.Ask(
                new ExtendCommand([new LeaseExtension { Id = "a", LeaseToken = leased.LeaseToken! }]),
                _ =>
                    new[]
                    {
                        new MessageResult
                        {
                            Id = "a",
                            State = MessageState.Running,
                            Version = 2,
                            Duplicate = false,
                            LeaseExpiresAt = leased.LeaseExpiresAt + TimeSpan.FromMilliseconds(1500),
                        },
                    }
            );
        },
        ["a repeated request gets other messages"] = scene =>
        {
            scene.Enqueue("a", 1, "x");
            scene.Enqueue("b", 2, "y");
            scene.Dequeue("again");
            scene.DequeueInstead(_ => scene.Leased(scene.Look("b"), scene.NextRequest with { Worker = "again" }), "again");
        },
        ["a get is stale"] = scene =>
        {
            scene.Enqueue("a", 1);
            var stale = scene.Look("a");
            scene.Dequeue();
            scene.Ask(new GetCommand("a"), _ => stale);
        },
        ["a depth is stale"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Enqueue("b", 2);
            scene.Ask(new DepthCommand(null, Scene.Filter), static _ => 1L);
        },
        ["a message is redriven without cause"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Ask(
                new RedriveCommand("a"),
                static _ => new MessageResult
                {
                    Id = "a",
                    State = MessageState.Pending,
                    Version = 2,
                    Duplicate = false,
                }
            );
        },
        ["a filter is answered with what does not match"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.DequeueInstead(static told => told with { Metadata = Metadata.From([new("k", "scene"), new("tenant", "other")]) });
        },
        ["an attempt is miscounted"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.DequeueInstead(static told => told with { Attempt = 2 });
        },
        ["a version is miscounted"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Settle(Settlement.Complete("a", scene.Dequeue().LeaseToken!), static told => told with { Version = 4 });
        },
        ["an invisible message is leased"] = scene =>
        {
            scene.Enqueue("a", 1, invisible: TimeSpan.FromMinutes(1));
            scene.DequeueOutOfNothing("a");
        },
        ["a queue with a message is empty"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.DequeueInstead(static _ => null);
        },
        ["a canceled message is leased"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Ask(new CancelCommand([new Cancellation { Id = "a" }]));
            scene.DequeueOutOfNothing("a");
        },
        ["other content passes as a duplicate"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.Enqueue("a", 2, static _ => new MessageResult { Id = "a", State = MessageState.Pending, Version = 1, Duplicate = true });
        },
        ["a lease ends early"] = scene =>
        {
            scene.Enqueue("a", 1);
            scene.DequeueInstead(static told => told with { LeaseExpiresAt = told.LeaseExpiresAt - TimeSpan.FromMilliseconds(50) });
        },
    };

    /// <summary>What no call of unknown outcome could explain either.</summary>
    public static readonly string[] WrongWhateverIsUnknown =
    [
        "an acknowledged enqueue is lost",
        "a message is completed twice",
        "two consumers hold one message",
        "a stale token completes",
        "a duplicate is enqueued as new",
        "an expired lease completes",
        "a get is stale",
        "a message is redriven without cause",
        "a version is miscounted",
        "an attempt is miscounted",
        "an invisible message is leased",
    ];
}
