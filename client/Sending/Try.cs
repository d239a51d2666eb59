namespace Timestone.Client.Sending;

/// <summary>What came of sending a call once: an answer, or a failure that another try may mend.</summary>
internal sealed record Try<TAnswer>
    where TAnswer : class
{
    /// <summary>The answer; null after a failure.</summary>
    public TAnswer? Answer { get; private init; }

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

    public static Try<TAnswer> Answered(TAnswer answer) => new() { Answer = answer };

    /// <summary>A standby was asked: nothing changed.</summary>
    public static Try<TAnswer> OnStandby(string failure, TimeSpan? retryAfter) =>
        new()
        {
            Failure = failure,
            Code = ErrorCode.Standby,
            RetryAfter = retryAfter,
        };

    public static Try<TAnswer> Failed(
        string failure,
        Exception cause,
        bool mayHaveTakenEffect = true,
        TimeSpan? retryAfter = null
    ) =>
        new()
        {
            Failure = failure,
            Cause = cause,
            MayHaveTakenEffect = mayHaveTakenEffect,
            RetryAfter = retryAfter,
        };
}
