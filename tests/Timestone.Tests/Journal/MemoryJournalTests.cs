using Timestone.Backends.Memory;
using Timestone.Engine;

namespace Timestone.Tests.Journal;

public sealed class MemoryJournalTests : JournalContract
{
    protected override IJournal Journal { get; } = new MemoryJournal();
}
