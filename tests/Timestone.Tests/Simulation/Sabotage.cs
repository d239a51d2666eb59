using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>A bug to plant in a <see cref="JournalSimulation"/>.</summary>
internal sealed class Sabotage
{
    /// <summary>Puts something bad between a runner and its journal.</summary>
    public Func<IQueueJournal, IQueueJournal> OfJournal { get; init; } = journal => journal;

    /// <summary>Whether the high-water mark of the journal is never moved.</summary>
    public bool LosesMarks { get; init; }

    /// <summary>Whether the disk says that it has flushed, and has not.</summary>
    public bool LiesAboutFlushes { get; init; }
}
