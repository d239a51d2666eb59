namespace Timestone.Cli;

/// <summary>Output that could not be written; the message says why.</summary>
/// <param name="message">Why.</param>
/// <param name="isReaderGone">Whether nobody reads it any more, which is no error: <c>head</c> has seen enough.</param>
internal sealed class OutputException(string message, bool isReaderGone) : IOException(message)
{
    /// <summary>Tells of it, and answers the exit code.</summary>
    public int Report(TextWriter error)
    {
        if (isReaderGone)
            return ExitCodes.ReaderGone;
        ErrorReport.Write(error, $"the output cannot be written: {Message}");
        return ExitCodes.Output;
    }
}
