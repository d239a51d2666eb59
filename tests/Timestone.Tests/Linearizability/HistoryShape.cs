namespace Timestone.Tests.Linearizability;

/// <summary>What <see cref="HistoryMaker"/> makes.</summary>
internal sealed record HistoryShape
{
    public int Calls { get; init; } = 300;

    public int Callers { get; init; } = 16;

    /// <summary>How many calls in a thousand have an unknown outcome.</summary>
    public int UnknownPerMille { get; init; }

    /// <summary>How long the longest call takes, in microseconds.</summary>
    public int LongestCall { get; init; } = 4000;

    /// <summary>How long after its caller gave up a call of unknown outcome takes effect at the latest, in microseconds.</summary>
    public int Latest { get; init; } = 200_000;

    /// <summary>How long nothing happens before every message is looked at in the end, in microseconds.</summary>
    public int Quiet { get; init; } = 1_000_000;

    /// <summary>How many exclusivity values there are.</summary>
    public int Values { get; init; } = 12;

    public QueueSettings Settings { get; init; } = new();

    /// <summary>What is made differently of a seed.</summary>
    /// <param name="random">The seed's.</param>
    /// <param name="type">The queue's type.</param>
    /// <param name="mostCallers">How many callers at most.</param>
    /// <param name="mostUnknown">How many calls in a thousand have an unknown outcome at most.</param>
    public static HistoryShape Random(Random random, QueueType type, int mostCallers, int mostUnknown) => new()
    {
        Calls = random.Next(50, 600),
        Callers = random.Next(2, mostCallers + 1),
        UnknownPerMille = random.Next(mostUnknown + 1),
        LongestCall = random.Next(100, 20_000),
        Settings = new QueueSettings
        {
            Type = type,
            Lease = TimeSpan.FromMilliseconds(random.Next(100, 300)),
            MaxAttempts = random.Next(1, 6),
            Backoff = new Backoff
            {
                Kind = (BackoffKind)random.Next(3),
                Initial = TimeSpan.FromMilliseconds(random.Next(20)),
                Max = TimeSpan.FromMilliseconds(20 + random.Next(100)),
            },
            Retention = TimeSpan.FromHours(1),
        },
    };

    /// <summary>A history of a few calls and milliseconds, in which much happens at once.</summary>
    public static HistoryShape Tiny(Random random, QueueType type, int mostUnknown) => new()
    {
        Calls = random.Next(3, 8),
        Callers = random.Next(2, 5),
        UnknownPerMille = random.Next(mostUnknown + 1),
        LongestCall = random.Next(500, 5000),
        Latest = 6000,
        Quiet = 10_000,
        Values = 2,
        Settings = new QueueSettings
        {
            Type = type,
            Lease = TimeSpan.FromMilliseconds(random.Next(1, 8)),
            MaxAttempts = random.Next(1, 4),
            Backoff = new Backoff { Kind = (BackoffKind)random.Next(2), Initial = TimeSpan.FromMilliseconds(random.Next(5)) },
            Retention = TimeSpan.FromHours(1),
        },
    };

    /// <summary>A history of some dozens of milliseconds, of which leases of any length end.</summary>
    public static HistoryShape Small(Random random, QueueType type)
    {
        var tiny = Tiny(random, type, random.Next(2) * 300);
        return tiny with
        {
            Calls = random.Next(3, random.Next(3) switch { 0 => 8, 1 => 26, _ => 101 }),
            Callers = random.Next(2, 7),
            LongestCall = random.Next(200, 8000),
            Latest = random.Next(1, 40_000),
            Values = random.Next(1, 6),
            Settings = tiny.Settings with
            {
                Lease = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? random.Next(1, 10) : random.Next(5, 60)),
                Backoff = new Backoff
                {
                    Kind = (BackoffKind)random.Next(3),
                    Initial = TimeSpan.FromMilliseconds(random.Next(20)),
                    Max = TimeSpan.FromMilliseconds(20 + random.Next(100)),
                },
            },
        };
    }
}
