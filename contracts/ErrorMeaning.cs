namespace Timestone;

/// <summary>What an error code means to each kind of caller.</summary>
/// <param name="Title">What is wrong, in a few words, the same for each error of the code.</param>
/// <param name="HttpStatus">The status of an answer over HTTP.</param>
/// <param name="GrpcStatus">The status of an answer over gRPC, by its number.</param>
/// <param name="ExitCode">What the command line ends with: 1 refused, 3 the service cannot answer now.</param>
/// <param name="IsPassing">Whether the same call may succeed a moment later: the service cannot answer now, or not here.</param>
public sealed record ErrorMeaning(string Title, int HttpStatus, int GrpcStatus, int ExitCode = 1, bool IsPassing = false)
{
    // A start or a failed commit is over sooner than that, and a full queue has been worked on; a client's own backoff takes it from there.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>How long the service asks to be left alone by whoever repeats the call; null where repeating it is of no use.</summary>
    public TimeSpan? RetryAfter => IsPassing || HttpStatus == 429 ? Moment : null;
}

/// <summary>The one table of error codes: what follows from a code stands here, and in docs/concepts.md.</summary>
public static class ErrorMeanings
{
    // As gRPC numbers them.
    private const int InvalidArgument = 3,
        NotFound = 5,
        AlreadyExists = 6,
        PermissionDenied = 7,
        ResourceExhausted = 8,
        FailedPrecondition = 9,
        Unimplemented = 12,
        Unavailable = 14;

    /// <summary>What a code means; one of a later version, which this one does not know, as <see cref="ErrorCode.Unavailable"/>.</summary>
    public static ErrorMeaning Meaning(this ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => new("The request is malformed", 400, InvalidArgument),
        ErrorCode.QueueNotFound => new("There is no such queue", 404, NotFound),
        ErrorCode.QueueExists => new("The queue exists with other settings", 409, AlreadyExists),
        ErrorCode.MessageNotFound => new("There is no such message", 404, NotFound),
        ErrorCode.MessageConflict => new("The message exists with other content", 409, AlreadyExists),
        ErrorCode.LeaseLost => new("The lease is not current", 409, FailedPrecondition),
        ErrorCode.IllegalTransition => new("The message's state does not allow it", 409, FailedPrecondition),
        ErrorCode.MissingExclusivityKey => new("The message lacks the exclusivity key", 400, InvalidArgument),
        ErrorCode.PayloadTooLarge => new("The payload is too large", 413, InvalidArgument),
        ErrorCode.QueueFull => new("The queue is full", 429, ResourceExhausted),
        ErrorCode.EnqueueBlocked => new("Enqueueing is blocked", 409, FailedPrecondition),
        ErrorCode.Unavailable => new("The service cannot answer now", 503, Unavailable, ExitCode: 3, IsPassing: true),
        ErrorCode.NoIndex => new("There is no index to search", 501, Unimplemented),
        ErrorCode.Standby => new("Another server is the active one", 503, Unavailable, ExitCode: 3, IsPassing: true),
        ErrorCode.HostNotAllowed => new("The server does not answer to this host name", 400, PermissionDenied),
        ErrorCode.ForbiddenOrigin => new("Pages of this origin may not use the server", 403, PermissionDenied),
        ErrorCode.NoSuchRoute => new("There is no such path", 404, Unimplemented),
        _ => new("A later version refused it, for a reason that this one does not know", 503, Unavailable, ExitCode: 3, IsPassing: true),
    };

    /// <summary>Whether the same call may succeed a moment later: the service cannot answer now, or not here.</summary>
    public static bool IsPassing(this ErrorCode code) => code.Meaning().IsPassing;
}
