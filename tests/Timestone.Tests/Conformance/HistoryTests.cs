using Shouldly;
using Timestone.Tests.Reference;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>Long random histories, each command of which the reference is given too: both must say the same.</summary>
public abstract class HistoryTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private const int Commands = 400;
    private static readonly string[] Ids = [.. Enumerable.Range(0, 14).Select(i => $"m{i}")];

    private readonly List<(string Id, string Ours, string Theirs)> _leases = [];

    public static TheoryData<int> Seeds { get; } = [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_is_done_the_answer_is_the_reference_s(int seed)
    {
        var random = new Random(seed);
        using var reference = new ReferenceTimestone(Subject.Clock, Defaults);
        var settings = (seed % 2 == 0 ? Plain : Exclusive) with
        {
            MaxAttempts = 3,
            MaxDepth = 10,
            Retention = Seconds(60),
            Backoff = new Backoff { Kind = seed % 3 == 0 ? BackoffKind.None : BackoffKind.Fixed, Initial = Seconds(4), Max = Seconds(4) },
        };
        await Queue(settings);
        await reference.CreateQueueAsync(Q, settings);
        for (var i = 0; i < Commands; i++)
        {
            var (name, command) = Next(random);
            var (ours, theirs) = (await Outcome(command, Service, isOurs: true), await Outcome(command, reference, isOurs: false));
            ours.ShouldBe(theirs, $"seed {seed}, command {i}: {name}");
            if (random.Next(3) == 0)
                Advance(random.Next(1, 12));
        }

        var all = await Service.ListMessagesAsync(Q, limit: Limits.MaxPage);
        all.Messages.Select(AsTaken)
            .ShouldBe((await reference.ListMessagesAsync(Q, limit: Limits.MaxPage)).Messages.Select(AsTaken), $"seed {seed}, in the end");
        (await Stats()).Counts.ShouldBe((await reference.GetStatsAsync(Q)).Counts, $"seed {seed}, in the end");
    }

    private delegate Task<string> Command(ITimestone service, bool isOurs);

    private static async Task<string> Outcome(Command command, ITimestone service, bool isOurs)
    {
        try
        {
            return await command(service, isOurs).WaitAsync(Hang);
        }
        catch (TimestoneException refusal)
        {
            return Say(refusal.Error);
        }
    }

    // The field belongs to what is told only where an argument is bad.
    private static string Say(TimestoneError error) =>
        error.Code == ErrorCode.InvalidArgument ? $"{error.Code} {error.Field}" : $"{error.Code}";

    private static string Say(MessageResult result) => result.Error is { } error
        ? Say(error)
        : $"{result.Id} {result.State} {result.Version} {result.Duplicate} {result.LeaseExpiresAt:O}";

    private static string Say(IEnumerable<MessageResult> results) => string.Join("; ", results.Select(Say));

    private static string Say(Message message) => (message with { LeaseToken = null, Life = null }).ToString();

    private (string Name, Command Command) Next(Random random)
    {
        var id = Ids[random.Next(Ids.Length)];
        var filter = random.Next(3) == 0 ? Metadata.Of("color", $"{random.Next(2)}") : Metadata.Empty;
        MessageState? state = random.Next(2) == 0 ? null : (MessageState)random.Next(6);
        switch (random.Next(20))
        {
            case < 5:
                var batch = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Random(random)).ToList();
                return ($"enqueue {string.Join(", ", batch)}", async (service, _) => Say(await service.EnqueueAsync(Q, batch)));
            case < 9:
                var request = new DequeueRequest
                {
                    Max = random.Next(1, 4),
                    Filter = filter,
                    Lease = random.Next(2) == 0 ? null : Seconds(random.Next(1, 30)),
                    RequestId = random.Next(2) == 0 ? null : $"r{random.Next(3)}",
                };
                var lease = Any(random);
                var settles = random.Next(3) == 0;
                var how = SettlementOf(random);
                return (
                    $"dequeue {request}",
                    async (service, isOurs) =>
                        Note(
                            await service.DequeueAsync(
                                Q,
                                settles && lease is { } held
                                    ? request with
                                    {
                                        Settle = [how(held.Id, isOurs ? held.Ours : held.Theirs)],
                                    }
                                    : request
                            ),
                            isOurs
                        )
                );
            case < 13 when Any(random) is { } held:
                var settlement = SettlementOf(random);
                return (
                    $"settle {settlement("x", "y")}",
                    async (service, isOurs) => Say(await service.SettleAsync(Q, [settlement(held.Id, isOurs ? held.Ours : held.Theirs)]))
                );
            case 13 when Any(random) is { } held:
                return (
                    "extend",
                    async (service, isOurs) =>
                        Say(
                            await service.ExtendAsync(
                                Q,
                                [
                                    new LeaseExtension
                                    {
                                        Id = held.Id,
                                        LeaseToken = isOurs ? held.Ours : held.Theirs,
                                        Progress = Json("1"),
                                    },
                                ]
                            )
                        )
                );
            case 14:
                return ($"cancel {id}", async (service, _) => Say(await service.CancelAsync(Q, [new Cancellation { Id = id }])));
            case 15:
                return ($"redrive {id}", async (service, _) => Say(await service.RedriveAsync(Q, id)));
            case 16:
                var all = random.Next(2) == 0;
                var scope = (PurgeScope)random.Next(1, 7);
                return (
                    all ? "redrive all" : $"purge {scope}",
                    async (service, _) => $"{(all ? await service.RedriveAllAsync(Q) : await service.PurgeAsync(Q, scope))}"
                );
            case 17:
                return ($"depth {state} {filter}", async (service, _) => $"{await service.GetDepthAsync(Q, state, filter)}");
            case 18:
                return (
                    $"list {state}",
                    async (service, _) => string.Join("; ", (await service.ListMessagesAsync(Q, state)).Messages.Select(Say))
                );
            default:
                return ($"get {id}", async (service, _) => Say(await service.GetMessageAsync(Q, id)));
        }
    }

    private static NewMessage Random(Random random) => new()
    {
        Id = Ids[random.Next(Ids.Length)],
        Priority = random.Next(3),
        Invisible = random.Next(3) == 0 ? Seconds(random.Next(10)) : null,
        Metadata = Pairs([("color", $"{random.Next(2)}"), (random.Next(12) == 0 ? "other" : "owner", $"{random.Next(3)}")]),
    };

    private static Func<string, string, Settlement> SettlementOf(Random random)
    {
        var after = random.Next(2) == 0 ? default(TimeSpan?) : Seconds(random.Next(6));
        return random.Next(5) switch
        {
            0 or 1 => (id, token) => Settlement.Complete(id, token, Json("2")),
            2 => (id, token) => Settlement.Fail(id, token, "why", invisible: after),
            3 => (id, token) => Settlement.Fail(id, token, permanent: true),
            _ => (id, token) => Settlement.Release(id, token, after),
        };
    }

    private (string Id, string Ours, string Theirs)? Any(Random random) =>
        _leases.Count == 0 ? null : _leases[Math.Max(0, _leases.Count - 1 - random.Next(8))];

    // Ours comes first; the reference's answer then completes each lease, if it is the same one.
    private string Note(DequeueResult result, bool isOurs)
    {
        for (var i = 0; i < result.Messages.Count; i++)
        {
            var message = result.Messages[i];
            if (isOurs)
                _leases.Add((message.Id, message.LeaseToken!, ""));
            else if (_leases.FindLastIndex(lease => lease.Id == message.Id && lease.Theirs == "") is >= 0 and var index)
                _leases[index] = _leases[index] with { Theirs = message.LeaseToken! };
        }

        return $"{string.Join("; ", result.Messages.Select(Say))} | {Say(result.Settled ?? [])}";
    }
}
