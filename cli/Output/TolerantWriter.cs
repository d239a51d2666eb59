namespace Timestone.Cli;

/// <summary>
/// A writer for text that must not stop the work: once it cannot be written, because a disk is full or nobody reads, the rest is dropped.
/// </summary>
internal sealed class TolerantWriter(TextWriter inner) : OutputWriter(inner)
{
    /// <summary>Why text was dropped; null while all of it was written.</summary>
    public OutputException? Problem { get; private set; }

    protected override void Try(Action write)
    {
        if (Problem is not null)
            return;
        try
        {
            base.Try(write);
        }
        catch (OutputException problem)
        {
            Problem = problem;
        }
    }
}
