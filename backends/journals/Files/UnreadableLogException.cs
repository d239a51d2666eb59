namespace Timestone.Journals.Files;

/// <summary>
/// The log in a data directory is none that this version of Timestone can read: another version wrote it, or a record in it that
/// is whole means nothing. To accept a loss does not help.
/// </summary>
public sealed class UnreadableLogException : IOException
{
    /// <param name="message">Which file, and why.</param>
    /// <param name="innerException">What stood in the way; null for nothing else.</param>
    public UnreadableLogException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
