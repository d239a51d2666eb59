using Timestone.Engine;
using Timestone.Journals.Memory;

namespace Timestone.Tests.Journal;

public sealed class MemoryJournalTests : JournalContract
{
    protected override IJournal Journal { get; } = new MemoryJournal();
}
