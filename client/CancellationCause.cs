namespace Timestone.Client;

/// <summary>
/// Why a handler was told to end before it was done. A cause with the name of an <see cref="ErrorCode"/> is that refusal of the service.
/// </summary>
public enum CancellationCause
{
    /// <summary>It was not told to end.</summary>
    None = 0,

    /// <summary>The host stops, and <see cref="TimestoneWorkerOptions.ShutdownTimeout"/> has passed: the message is given back.</summary>
    Shutdown = 1,

    /// <summary>The lease could not be extended in time, and may have expired. The message is given back if it has not.</summary>
    LeaseNotExtended = 2,

    /// <summary>The service said <see cref="ErrorCode.LeaseLost"/>: the lease expired, or the message was canceled.</summary>
    LeaseLost = 3,

    /// <summary>The service said <see cref="ErrorCode.MessageNotFound"/>: the message was removed.</summary>
    MessageNotFound = 4,

    /// <summary>The service said <see cref="ErrorCode.QueueNotFound"/>: the queue was deleted with its messages.</summary>
    QueueNotFound = 5,
}
