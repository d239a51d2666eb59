using System.Net;

namespace Timestone.Client.Http;

/// <summary>What came of sending a call once: an answer, or a failure that another try may mend.</summary>
internal sealed record HttpTry
{
    /// <summary>The answer's status; meaningless after a failure.</summary>
    public HttpStatusCode Status { get; private init; }

    /// <summary>The answer's body; empty after a failure.</summary>
    public byte[] Body { get; private init; } = [];

    /// <summary>Why there is no answer; null when there is one.</summary>
    public string? Failure { get; private init; }

    /// <summary>What the failure came from.</summary>
    public Exception? Cause { get; private init; }

    /// <summary>What the failure is to the caller: <see cref="ErrorCode.Unavailable"/>, or <see cref="ErrorCode.Standby"/>.</summary>
    public ErrorCode Code { get; private init; } = ErrorCode.Unavailable;

    /// <summary>How long the server asks to be left alone; null when it does not.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Whether the failure may have come after the server did what it was asked.</summary>
    public bool MayHaveTakenEffect { get; private init; }

    public static HttpTry Answered(HttpStatusCode status, byte[] body) => new() { Status = status, Body = body };

    /// <summary>A standby was asked: nothing changed.</summary>
    public static HttpTry OnStandby(string failure, TimeSpan? retryAfter) =>
        new()
        {
            Failure = failure,
            Code = ErrorCode.Standby,
            RetryAfter = retryAfter,
        };

    public static HttpTry Failed(string failure, Exception cause, bool mayHaveTakenEffect = true, TimeSpan? retryAfter = null) =>
        new() { Failure = failure, Cause = cause, MayHaveTakenEffect = mayHaveTakenEffect, RetryAfter = retryAfter };
}
