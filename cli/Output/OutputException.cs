namespace Timestone.Cli;

/// <summary>Output that could not be written; the message says why.</summary>
internal sealed class OutputException(string message, bool isReaderGone) : IOException(message)
{
    private const int BrokenPipe = 32;

    public OutputException(IOException cause)
        : this(cause.Message, cause.HResult == BrokenPipe)
    {
    }

    /// <summary>Whether nobody reads it any more, which is no error: <c>head</c> has seen enough.</summary>
    public bool IsReaderGone => isReaderGone;

    /// <summary>Tells of it, and answers the exit code.</summary>
    public int Report(TextWriter error)
    {
        if (IsReaderGone)
            return ExitCodes.ReaderGone;
        ErrorReport.Write(error, $"the output cannot be written: {Message}");
        return ExitCodes.Output;
    }
}
