namespace Timestone;

/// <summary>The one exception of <see cref="ITimestone"/>. Anything else that it throws is a bug or a cancellation.</summary>
public sealed class TimestoneException : Exception
{
    /// <summary>Wraps an error.</summary>
    public TimestoneException(TimestoneError error, Exception? innerException = null)
        : base((error ?? throw new ArgumentNullException(nameof(error))).Detail, innerException) => Error = error;

    /// <summary>Makes the error and wraps it.</summary>
    public TimestoneException(ErrorCode code, string detail, string? field = null, Exception? innerException = null)
        : this(new TimestoneError(code, detail, field), innerException)
    {
    }

    /// <summary>What went wrong.</summary>
    public TimestoneError Error { get; }

    /// <summary>The stable reason.</summary>
    public ErrorCode Code => Error.Code;
}
