using Shouldly;
using Timestone.Backends.Files;
using Timestone.Engine;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>What the journal of files keeps of a queue's time while nobody has the queue open.</summary>
public sealed class FileClockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_restart_does_not_begin_a_duration_anew()
    {
        await OnServiceAsync(async service =>
        {
            await service.EnqueueAsync("q", new NewMessage { Id = "a" });
            _clock.Jump(TimeSpan.FromHours(1));
            await service.DequeueAsync("q", new DequeueRequest { Lease = TimeSpan.FromSeconds(100) });
            _clock.Jump(TimeSpan.FromHours(-1));
            (await StateAsync(service)).ShouldBe(MessageState.Running);
        });

        // It counts while the service runs, and while it does not.
        for (var i = 0; i < 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(15));
            await OnServiceAsync(async service =>
            {
                _clock.Advance(TimeSpan.FromSeconds(15));
                (await StateAsync(service)).ShouldBe(MessageState.Running);
            });
        }

        await OnServiceAsync(async service =>
        {
            _clock.Advance(TimeSpan.FromSeconds(9.9));
            (await StateAsync(service)).ShouldBe(MessageState.Running);
            _clock.Advance(TimeSpan.FromSeconds(1.2));
            (await StateAsync(service)).ShouldNotBe(MessageState.Running);
        });
    }

    private async Task OnServiceAsync(Func<LocalTimestone, Task> use)
    {
        await using var journal = FileJournal.Open(new FileJournalOptions { Directory = _directory.Path, Durability = Durability.Os });
        await using var service = new LocalTimestone(journal, timeProvider: _clock);
        await use(service);
    }

    private static async Task<MessageState> StateAsync(LocalTimestone service) => (await service.GetMessageAsync("q", "a")).State;
}
