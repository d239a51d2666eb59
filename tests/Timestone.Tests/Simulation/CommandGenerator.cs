using System.Text;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>
/// Makes up commands. Everything is drawn from few values, so that ids, priorities, exclusivity values and requests
/// collide all the time. It looks at the reference only to find what is worth asking about.
/// </summary>
internal sealed class CommandGenerator
{
    private static readonly string[] Keys = ["a", "b", "c"];
    private static readonly string[] Values = ["x", "y", "z"];
    private static readonly string[] Workers = ["ann", "bob"];

    private readonly Random _random;
    private readonly Profile _profile;
    private readonly List<(string Id, string Token)> _tokens = [];
    private readonly int _ids;
    private readonly int _largestBatch;
    private readonly int _largestPayload;
    private readonly bool _waits;
    private Command? _last;
    private long _now;

    /// <param name="random">Where everything comes from.</param>
    /// <param name="reference">The queue to ask.</param>
    /// <param name="ids">How many message ids there are.</param>
    /// <param name="largestPayload">Bytes of the largest payload.</param>
    /// <param name="waits">Whether dequeues wait.</param>
    public CommandGenerator(Random random, ReferenceQueue reference, int ids, int largestPayload, bool waits)
    {
        (_random, Reference, _ids, _largestPayload, _waits) = (random, reference, ids, largestPayload, waits);
        _largestBatch = Math.Max(4, ids / 4);
        _profile = new Profile(
            random,
            (Enqueue, 20),
            (Dequeue, 24),
            (Settle, 16),
            (Extend, 5),
            (Watch, 4),
            (Cancel, 4),
            (() => new RedriveCommand(Id()), 4),
            (() => new RedriveAllCommand(), 1),
            (() => new PurgeCommand(Maybe(StateOf)), 1),
            (Sweep, 20),
            (() => new EndSweepCommand(random.Next(2)), 1),
            (Update, 3),
            (() => new GetCommand(Id()), 4),
            (() => new ListCommand(Maybe(StateOf), random.Next(1, 8)), 3),
            (() => new DepthCommand(Maybe(StateOf), Filter()), 4),
            (() => new StatsCommand(), 3));
    }

    /// <summary>The queue that is asked.</summary>
    public ReferenceQueue Reference { get; set; }

    /// <summary>Settings that make much happen in little time.</summary>
    public static QueueSettings Settings(Random random)
    {
        var exclusive = random.Next(2) == 0;
        var initial = random.Next(0, 4) * 250;
        return new QueueSettings
        {
            Type = exclusive ? QueueType.Exclusive : QueueType.Simple,
            ExclusivityKey = exclusive ? Keys[random.Next(2)] : null,
            Lease = Span(random.Next(1, 40) * 100),
            Invisible = Span(random.Next(3) == 0 ? random.Next(3000) : 0),
            MaxAttempts = random.Next(1, 5),
            Backoff = new Backoff { Kind = (BackoffKind)random.Next(3), Initial = Span(initial), Max = Span(initial + random.Next(4000)) },
            Retention = Kept(random),
            ErroredRetention = Kept(random),
            MaxErrored = random.Next(3) == 0 ? random.Next(1, 4) : random.Next(2) * 1_000_000,
            MaxDepth = random.Next(3) == 0 ? random.Next(1, 8) : 0,
        };
    }

    /// <summary>The next command: now and then the one before once more, as a caller does that got no answer.</summary>
    public Command Next() => _last = _last is not null && _random.Next(12) == 0 ? _last : _profile.Next(_random);

    /// <summary>Learns what a caller learns from an answer.</summary>
    public void Learn(DequeueResult answer)
    {
        foreach (var message in answer.Messages)
            _tokens.Add((message.Id, message.LeaseToken!));
    }

    /// <summary>
    /// The time of the next command: mostly a little later, often exactly when something falls due or just before it, now
    /// and then much later, or earlier.
    /// </summary>
    public long NextTime(long now) => _now = _random.Next(20) switch
    {
        < 7 => now,
        < 12 => now + _random.Next(1, 1000),
        < 14 => Reference.NextDue ?? now + 1,
        < 15 => (Reference.NextDue ?? now + 1) - 1,
        < 17 => now + _random.Next(1000, 10_000),
        < 18 => now + _random.Next(10_000, 7_200_000),
        < 19 => now - _random.Next(1, 10_000),
        _ => now + 1,
    };

    private static TimeSpan Kept(Random random) => Span(random.Next(4) switch { 0 => 0, 1 => random.Next(4000), _ => 3_600_000 });

    private static TimeSpan Span(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private T? Maybe<T>(Func<T> make)
        where T : struct => _random.Next(3) == 0 ? null : make();

    private T? Rarely<T>(Func<T> make)
        where T : struct => _random.Next(5) == 0 ? make() : null;

    private T OneOf<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    // One in forty is malformed.
    private string Id() => _random.Next(40) == 0 ? "no such/id" : $"m{_random.Next(_ids)}";

    private MessageState StateOf() => (MessageState)_random.Next(6);

    private T[] Batch<T>(Func<T> make)
    {
        var items = new T[_random.Next(2) == 0 ? 1 : _random.Next(1, _largestBatch + 1)];
        for (var i = 0; i < items.Length; i++)
            items[i] = make();
        return items;
    }

    private Metadata Pairs(int chance) =>
        Metadata.From(Keys.Where(_ => _random.Next(chance) == 0).Select(key => KeyValuePair.Create(key, OneOf(Values))));

    private Metadata Filter() => _random.Next(2) == 0 ? Metadata.Empty : Pairs(2);

    private Payload Text()
    {
        var length = _random.Next(5) == 0 ? _random.Next(_largestPayload) : _random.Next(12);
        return _random.Next(3) switch
        {
            0 => default,
            1 => Payload.FromText(new string((char)('a' + _random.Next(26)), length)),
            _ => Payload.FromBytes(Encoding.ASCII.GetBytes(new string((char)('A' + _random.Next(26)), length))),
        };
    }

    private Payload Json() =>
        _random.Next(2) == 0
            ? default
            : Payload.FromText(new string('r', _random.Next(10) == 0 ? _random.Next(_largestPayload) : _random.Next(4)));

    // Where room is scarce, those over 200 characters are cut.
    private string? Reason(string text) => _random.Next(16) switch
    {
        0 => new string('e', _random.Next(195, 400)),
        < 8 => null,
        _ => text,
    };

    private EnqueueCommand Enqueue() => new(Batch(Message));

    private NewMessage Message()
    {
        var id = Id();
        if (_random.Next(4) == 0 && Reference.Find(id) is { } known)
            return _random.Next(8) == 0 ? known.Given with { PriorityOffset = Offset() } : known.Given;

        var order = _random.Next(7);
        var visible = _random.Next(8);
        return new NewMessage
        {
            Id = id,
            Payload = Text(),
            // Exclusive queues want their key; most messages shall have it.
            Metadata =
                _random.Next(3) == 0
                    ? Pairs(2)
                    : Metadata.From([new("a", OneOf(Values)), new("b", OneOf(Values)), .. Pairs(3).Where(pair => pair.Key == "c")]),
            Priority = order is > 0 and < 4 || _random.Next(60) == 0 ? Extreme(_random.Next(-1, 3), long.MinValue, long.MaxValue) : null,
            Deadline = order == 4 ? Extreme(Time(_random.Next(-5000, 5000)), DateTimeOffset.MinValue, LatestTime) : null,
            PriorityOffset = order == 5 || _random.Next(60) == 0 ? Offset() : null,
            Invisible = visible == 0 || _random.Next(60) == 0 ? Span(_random.Next(2) * _random.Next(3000)) : null,
            VisibleAt = visible == 1 ? Time(_random.Next(-1000, 3000)) : null,
            Lease = Rarely(LeaseLength),
        };
    }

    private TimeSpan Offset() => Extreme(Span(_random.Next(-2, 3) * 500), -Limits.MaxPriorityOffset, Limits.MaxPriorityOffset);

    // Times are of whole milliseconds.
    private static readonly DateTimeOffset LatestTime = DateTimeOffset.FromUnixTimeMilliseconds(
        DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
    );

    // One in twenty is as small or as large as it can be.
    private T Extreme<T>(T usual, T least, T most) => _random.Next(40) switch { 0 => least, 1 => most, _ => usual };

    private DateTimeOffset Time(long fromNow) => DateTimeOffset.FromUnixTimeMilliseconds(_now + fromNow);

    // One in thirty is out of range.
    private TimeSpan LeaseLength() => Span(_random.Next(30) == 0 ? _random.Next(100) : _random.Next(100, 4000));

    private DequeueCommand Dequeue()
    {
        var max = _random.Next(2) == 0 ? 1 : _random.Next(1, _largestBatch + 1);
        var settles = _random.Next(4) == 0;
        var waits = _waits && _random.Next(3) == 0;
        return new DequeueCommand(new DequeueRequest
        {
            Max = settles && _random.Next(5) == 0 ? 0 : max,
            Lease = Rarely(() => Span(_random.Next(100, 4000))),
            Worker = _random.Next(3) == 0 ? null : OneOf(Workers),
            RequestId = _random.Next(3) == 0 ? $"r{_random.Next(4)}" : null,
            Wait = waits ? Span(_random.Next(1, 6000)) : TimeSpan.Zero,
            Filter = Filter(),
            Settle = settles ? Batch(Settlement) : [],
        });
    }

    private SettleCommand Settle() => new(Batch(Settlement));

    private Settlement Settlement()
    {
        var (id, token) = Held();
        var wait = Rarely(() => Span(_random.Next(2) * _random.Next(3000)));
        return _random.Next(5) switch
        {
            0 or 1 => Timestone.Settlement.Complete(id, token, Json()),
            2 => Timestone.Settlement.Release(id, token, wait),
            _ => Timestone.Settlement.Fail(id, token, Reason("no luck"), _random.Next(6) == 0, wait),
        };
    }

    // A message that is held with its token; else one that was, or a token out of thin air.
    private (string Id, string Token) Held()
    {
        var choice = _random.Next(10);
        if (choice == 0 || _tokens.Count == 0)
            return (Id(), _random.Next(2) == 0 ? "0000000000000bad" : "not a token");
        if (choice < 8)
        {
            var held = Reference
                .Messages.Where(message => message.State == MessageState.Running && Reference.Tokens.Knows(message.Lease!.Number))
                .ToArray();
            if (held.Length > 0 && OneOf(held) is { } message)
                return (message.Id, Reference.Tokens.Of(message.Lease!.Number));
        }

        return _tokens[^_random.Next(1, Math.Min(_tokens.Count, 20) + 1)];
    }

    private ExtendCommand Extend() => new(Batch(() =>
    {
        var (id, token) = Held();
        return new LeaseExtension { Id = id, LeaseToken = token, Lease = Rarely(LeaseLength), Progress = Json() };
    }));

    private WatchCommand Watch() => new(Batch(() =>
    {
        var (id, token) = Held();
        return new LeaseReference(id, token);
    }));

    private CancelCommand Cancel() => new(Batch(() => new Cancellation { Id = Id(), Reason = Reason("not wanted") }));

    private SweepCommand Sweep()
    {
        // Purges are few, lest there be nothing left, and most steps small, so that much comes in between.
        var redrives = _random.Next(4) > 0;
        var state = redrives ? MessageState.Errored : Maybe(StateOf);
        return new SweepCommand(_random.Next(2), redrives, state == MessageState.Running ? null : state, Math.Max(1, _random.Next(4) - 1));
    }

    private UpdateCommand Update()
    {
        var other = Settings(_random);
        return new UpdateCommand(
            _random.Next(9) switch
            {
                0 => new QueueSettingsPatch { Lease = other.Lease, Invisible = other.Invisible },
                1 => new QueueSettingsPatch { MaxAttempts = other.MaxAttempts },
                2 => new QueueSettingsPatch { Backoff = BackoffPatch(other.Backoff) },
                3 => new QueueSettingsPatch
                {
                    Retention = other.Retention,
                    ErroredRetention = other.ErroredRetention,
                    MaxErrored = other.MaxErrored,
                },
                4 => new QueueSettingsPatch { MaxDepth = other.MaxDepth, MaxPayloadBytes = _random.Next(2) == 0 ? 8 : 100_000 },
                5 => new QueueSettingsPatch { EnqueueBlocked = true },
                6 => new QueueSettingsPatch { DequeueBlocked = true },
                _ => new QueueSettingsPatch { EnqueueBlocked = false, DequeueBlocked = false },
            }
        );
    }

    private BackoffPatch BackoffPatch(Backoff other) => _random.Next(4) switch
    {
        0 => new BackoffPatch { Kind = other.Kind },
        1 => new BackoffPatch { Initial = other.Initial },
        2 => new BackoffPatch { Max = other.Max },
        _ => new BackoffPatch { Kind = other.Kind, Initial = other.Initial, Max = other.Max },
    };
}
