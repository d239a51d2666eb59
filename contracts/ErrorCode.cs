using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>
/// Why an operation was refused. On the wire each is its name in snake case (<c>lease_lost</c>); names are stable, and so are the numbers,
/// by which grains say them.
/// </summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ErrorCode>))]
public enum ErrorCode
{
    /// <summary>An argument is malformed, out of range or contradicts another; the error names the field.</summary>
    InvalidArgument = 0,

    /// <summary>There is no queue of that name.</summary>
    QueueNotFound = 1,

    /// <summary>A queue of that name exists with other settings.</summary>
    QueueExists = 2,

    /// <summary>The queue holds no message of that id (it never did, or its retention time is over).</summary>
    MessageNotFound = 3,

    /// <summary>A message of that id exists with other content.</summary>
    MessageConflict = 4,

    /// <summary>
    /// The lease token is not that of the message's current lease: it expired, was settled otherwise, or another consumer has it.
    /// </summary>
    LeaseLost = 5,

    /// <summary>The message's state does not allow the operation.</summary>
    IllegalTransition = 6,

    /// <summary>The queue is exclusive and the message's metadata lack the exclusivity key.</summary>
    MissingExclusivityKey = 7,

    /// <summary>
    /// The payload is larger than the queue's <see cref="QueueSettings.MaxPayloadBytes"/>, or the request than the server takes.
    /// </summary>
    PayloadTooLarge = 8,

    /// <summary>
    /// The queue has reached its <see cref="QueueSettings.MaxDepth"/>, or its store is full: it has no room for a new message or
    /// queue, for settings, a redrive, or, when hardly any is left, a lease or an extension. Nothing changed, but for what the error says.
    /// </summary>
    QueueFull = 9,

    /// <summary>Enqueueing to the queue is blocked. Nothing changed.</summary>
    EnqueueBlocked = 10,

    /// <summary>The service cannot answer now. Whether the operation took effect is unknown; repeating it is safe.</summary>
    Unavailable = 11,

    /// <summary>The service keeps no index of messages, so that nothing can be searched for.</summary>
    NoIndex = 12,

    /// <summary>Another server is the active one on this Redis; this one only stands by. Nothing changed: ask the next server.</summary>
    Standby = 13,

    /// <summary>The request is addressed to a host name that the server does not answer to. Nothing changed.</summary>
    HostNotAllowed = 14,

    /// <summary>A page of another origin made a browser send the request. Nothing changed.</summary>
    ForbiddenOrigin = 15,

    /// <summary>The server has no such path. Nothing changed.</summary>
    NoSuchRoute = 16,
}
