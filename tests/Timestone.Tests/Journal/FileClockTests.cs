using System.Globalization;
using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clock_that_was_behind_and_is_put_right_while_the_queue_is_closed_ends_a_lease_early_only_after_a_boot(
        bool booted
    )
    {
        await OnServiceAsync(async service =>
        {
            await service.EnqueueAsync("q", new NewMessage { Id = "a" });
            await service.DequeueAsync("q", new DequeueRequest { Lease = TimeSpan.FromMinutes(30) });
            _clock.Jump(TimeSpan.FromHours(-1));
            _clock.Advance(TimeSpan.FromMinutes(5));
            (await StateAsync(service)).ShouldBe(MessageState.Running);
        });

        _clock.Advance(TimeSpan.FromMinutes(5));
        _clock.Jump(TimeSpan.FromHours(1));
        if (booted)
            _clock.Boot = Guid.NewGuid();
        await OnServiceAsync(async service =>
        {
            if (booted)
            {
                (await StateAsync(service)).ShouldNotBe(MessageState.Running);
                service.Ahead!.Value.By.ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
                return;
            }

            (await StateAsync(service)).ShouldBe(MessageState.Running);
            service.Ahead.ShouldBeNull();
            _clock.Advance(TimeSpan.FromMinutes(19.99));
            (await StateAsync(service)).ShouldBe(MessageState.Running);
            _clock.Advance(TimeSpan.FromMinutes(0.02));
            (await StateAsync(service)).ShouldNotBe(MessageState.Running);
        });
    }

    [Fact]
    public void The_machine_says_in_which_boot_it_is_and_for_how_long()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux says it.");
        var first = Posix.TimeSinceBoot().ShouldNotBeNull();
        var uptime = File.ReadAllText("/proc/uptime").Split(' ')[0];
        var second = Posix.TimeSinceBoot().ShouldNotBeNull();
        second.Boot.ShouldBe(first.Boot);
        first.Boot.ShouldNotBe(Guid.Empty);
        (decimal.Parse(uptime, CultureInfo.InvariantCulture) * 1000).ShouldBeInRange(first.Milliseconds - 10, second.Milliseconds);
    }

    private async Task OnServiceAsync(Func<LocalTimestone, Task> use)
    {
        await using var journal = FileJournal.Open(
            new FileJournalOptions
            {
                Directory = _directory.Path,
                Durability = Durability.Os,
                BootClock = _clock.TimeSinceBoot,
            }
        );
        await using var service = new LocalTimestone(journal, timeProvider: _clock);
        await use(service);
    }

    private static async Task<MessageState> StateAsync(LocalTimestone service) => (await service.GetMessageAsync("q", "a")).State;
}
