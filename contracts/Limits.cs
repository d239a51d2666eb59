namespace Timestone;

/// <summary>What every implementation of <see cref="ITimestone"/> takes at the most.</summary>
public static class Limits
{
    /// <summary>Characters of a queue's name: letters, digits, '.', '_' and '-' of ASCII, the first a letter or a digit.</summary>
    public const int MaxQueueNameLength = 128;

    /// <summary>Characters of a message's id or a request's id: letters, digits and any of <c>._~:@+=-</c>, but not "." or "..".</summary>
    public const int MaxIdLength = 128;

    /// <summary>Metadata pairs of a message or a filter.</summary>
    public const int MaxMetadataPairs = 8;

    /// <summary>Characters of a metadata key: letters, digits, '.', '_' and '-' of ASCII.</summary>
    public const int MaxMetadataKeyLength = 64;

    /// <summary>Characters of a metadata value: any well-formed text.</summary>
    public const int MaxMetadataValueLength = 256;

    /// <summary>Characters of a consumer's name.</summary>
    public const int MaxWorkerLength = 128;

    /// <summary>Characters of an error or a reason.</summary>
    public const int MaxErrorLength = 2048;

    /// <summary>Bytes of a completion's result.</summary>
    public const int MaxResultBytes = 4096;

    /// <summary>Bytes of a progress report.</summary>
    public const int MaxProgressBytes = 4096;

    /// <summary>Bytes of a payload that a queue can be set to take.</summary>
    public const int MaxPayloadBytes = 16 * 1024 * 1024;

    /// <summary>Arrays and objects within one another in a payload, a result or a progress report that is JSON.</summary>
    public const int MaxJsonDepth = 64;

    /// <summary>Bytes of payload in one batch together.</summary>
    public const int MaxBatchBytes = 32 * 1024 * 1024;

    /// <summary>Items of a batch, and messages of a dequeue.</summary>
    public const int MaxBatch = 1000;

    /// <summary>Items of a page.</summary>
    public const int MaxPage = 1000;

    /// <summary>The largest offset of a priority from the time of enqueue, in either direction.</summary>
    public static TimeSpan MaxPriorityOffset => TimeSpan.FromDays(3660);

    /// <summary>The longest wait of a call.</summary>
    public static TimeSpan MaxWait => TimeSpan.FromSeconds(30);

    /// <summary>The shortest lease.</summary>
    public static TimeSpan MinLease => TimeSpan.FromMilliseconds(100);

    /// <summary>The longest lease.</summary>
    public static TimeSpan MaxLease => TimeSpan.FromHours(12);

    /// <summary>The longest invisibility.</summary>
    public static TimeSpan MaxInvisible => TimeSpan.FromDays(366);

    /// <summary>The longest retention.</summary>
    public static TimeSpan MaxRetention => TimeSpan.FromDays(3660);

    /// <summary>The longest backoff.</summary>
    public static TimeSpan MaxBackoff => TimeSpan.FromDays(1);
}
