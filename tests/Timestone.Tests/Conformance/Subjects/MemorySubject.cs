using Timestone.Engine;
using Timestone.Journals.Memory;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>The service in this process, on a journal in memory.</summary>
public sealed class MemorySubject : LocalSubject
{
    private readonly MemoryJournal _journal = new(outboxLimit: 1_000_000);

    protected override Task<IJournal> OpenJournalAsync() => Task.FromResult<IJournal>(_journal);
}
