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

    public QueueSettings Settings { get; init; } = new();

    /// <summary>What is made differently of a seed.</summary>
    public static HistoryShape Random(Random random) => new()
    {
        Calls = random.Next(50, 600),
        Callers = random.Next(2, 33),
        UnknownPerMille = random.Next(3) == 0 ? 0 : random.Next(150),
        LongestCall = random.Next(100, 20_000),
        Settings = new QueueSettings
        {
            Type = random.Next(2) == 0 ? QueueType.Exclusive : QueueType.Simple,
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
}
