using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Support;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>
/// The service in this process, on a journal of files. Its segments are small, so that it rolls and preallocates all the
/// time; it does not wait for the disk, as no test here cuts the power.
/// </summary>
public sealed class FileSubject : LocalSubject
{
    private readonly TemporaryDirectory _directory = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }

    protected override Task<IJournal> OpenJournalAsync() =>
        Task.FromResult<IJournal>(
            FileJournal.Open(
                new FileJournalOptions
                {
                    Directory = _directory.Path,
                    Durability = Durability.Os,
                    SegmentBytes = 64 * 1024,
                    Outbox = true,
                    BootClock = Clock.TimeSinceBoot,
                }
            )
        );
}
