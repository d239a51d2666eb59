namespace Timestone.Tests.Support;

/// <summary>Settings of a queue of which none is as it is by default: so that none is forgotten where settings are told or kept.</summary>
public static class UnusualSettings
{
    /// <summary>They.</summary>
    public static QueueSettings All { get; } = new()
    {
        Type = QueueType.Exclusive,
        ExclusivityKey = "tenant.id",
        Lease = TimeSpan.FromSeconds(12.345),
        Invisible = TimeSpan.FromSeconds(1.5),
        MaxAttempts = 7,
        Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = TimeSpan.FromSeconds(0.25), Max = TimeSpan.FromSeconds(90) },
        Retention = TimeSpan.FromDays(2),
        ErroredRetention = TimeSpan.FromDays(3),
        MaxErrored = 20_000_000_000,
        MaxDepth = 10_000_000_000,
        MaxPayloadBytes = 1234,
        EnqueueBlocked = true,
        DequeueBlocked = true,
        PublishPayloads = true,
    };
}
