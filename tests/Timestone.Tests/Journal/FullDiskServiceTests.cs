using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>What callers see of a full disk: a service on a journal with threads of its own.</summary>
[Slow]
public sealed class FullDiskServiceTests : IAsyncLifetime
{
    private const string Queue = "orders";
    private const int SegmentBytes = 1024 * 1024;

    private static readonly QueueSettings Settings = new()
    {
        MaxAttempts = 1000,
        Backoff = new Backoff { Kind = BackoffKind.None },
        Lease = TimeSpan.FromHours(1),
    };

    private readonly FaultyDisk _disk = new(24 * SegmentBytes);
    private FileJournal _journal = null!;
    private LocalTimestone _timestone = null!;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await _timestone.CreateQueueAsync(Queue, Settings);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    [Fact]
    public async Task Reports_of_progress_give_way_and_everything_leased_can_be_completed()
    {
        await _timestone.EnqueueAsync(Queue, [.. Enumerable.Range(0, 80).Select(static i => new NewMessage { Id = $"running-{i}" })]);
        var running = (await DequeueAsync(80)).Messages;
        var (extensions, omitted) = (0, 0);
        for (var (round, full) = (0, 0); full < 10; round++)
        {
            var enqueued = await _timestone.EnqueueAsync(Queue, Messages($"r{round}", 100, 1000));
            full += enqueued.Any(static result => result.Error is { Code: ErrorCode.QueueFull }) ? 1 : 0;
            var progress = Payload.FromText(new string((char)('a' + (round % 26)), 4000));
            foreach (var message in running)
            {
                // It has to wait for compaction where it comes faster than that.
                var result = new MessageResult();
                await Eventually.BeAsync(async () =>
                {
                    result = (
                        await _timestone.ExtendAsync(
                            Queue,
                            [
                                new LeaseExtension
                                {
                                    Id = message.Id,
                                    LeaseToken = message.LeaseToken!,
                                    Progress = progress,
                                },
                            ]
                        )
                    ).Single();
                    return result.Error is not { Code: ErrorCode.QueueFull };
                });
                result.Error.ShouldBeNull();
                extensions++;
                omitted += result.Omitted == OmittedText.Progress ? 1 : 0;
            }
        }

        omitted.ShouldBeInRange(1, extensions - 1);
        var settled = await _timestone.SettleAsync(
            Queue,
            [
                .. running.Select(static message =>
                    Settlement.Complete(message.Id, message.LeaseToken!, Payload.FromText(new string('r', 4000)))
                ),
            ]
        );
        settled.ShouldAllBe(static result => result.Error == null);
    }

    [Fact]
    public async Task Messages_are_leased_released_and_failed_round_after_round()
    {
        await FillAsync();
        var errors = new HashSet<int>();
        for (var round = 0; round < 60; round++)
        {
            var messages = await EventuallyLeasedAsync(10);
            var settlements = messages.Select((message, i) => i % 2 == 0
                ? Settlement.Release(message.Id, message.LeaseToken!)
                : Settlement.Fail(message.Id, message.LeaseToken!, new string('e', 2000)));
            foreach (var result in await _timestone.SettleAsync(Queue, [.. settlements]))
                result.Error.ShouldBeNull();
            foreach (var message in messages)
                errors.Add((await _timestone.GetMessageAsync(Queue, message.Id)).Error?.Length ?? 0);
        }

        // A compaction in between can make room for some whole texts.
        errors.ShouldBeSubsetOf([0, 200, 2000]);
        errors.ShouldContain(200);

        _disk.Capacity *= 2;
        _journal.Housekeep();
        var last = (await EventuallyLeasedAsync(1)).Single();
        (await _timestone.SettleAsync(Queue, [Settlement.Fail(last.Id, last.LeaseToken!, new string('e', 2000))]))
            .Single()
            .Omitted.ShouldBeNull();
        (await _timestone.GetMessageAsync(Queue, last.Id)).Error!.Length.ShouldBe(2000);
    }

    [Fact]
    public async Task What_can_wait_is_refused_and_a_restart_is_not_until_there_is_space_again()
    {
        await _timestone.EnqueueAsync(Queue, Messages("early", 2, 10));
        await _timestone.CancelAsync(Queue, [new Cancellation { Id = "early-0" }]);
        await FillAsync();
        var space = (await _timestone.GetStatsAsync(Queue)).Journal!;
        space.Room.ShouldNotBe(JournalRoom.Ample);
        space.BytesReserved.ShouldBeGreaterThanOrEqualTo(space.BytesNeeded);
        space.BytesFree!.Value.ShouldBeLessThan(SegmentBytes);
        await RefusedAsync(() => _timestone.CreateQueueAsync("another", new QueueSettings()));
        await RefusedAsync(() => _timestone.UpdateQueueAsync(Queue, new QueueSettingsPatch { MaxAttempts = 7 }));
        await RefusedAsync(() => _timestone.RedriveAsync(Queue, "early-0"));
        (await _timestone.CancelAsync(Queue, [new Cancellation { Id = "early-1", Reason = "no more" }]))
            .Single()
            .Omitted.ShouldBe(OmittedText.Error);
        for (var restart = 0; restart < 30; restart++)
        {
            await StopAsync();
            await StartAsync();
        }

        _disk.Capacity *= 2;
        _journal.Housekeep();
        (await _timestone.GetStatsAsync(Queue)).Journal!.Room.ShouldBe(JournalRoom.Ample);
        await _timestone.CreateQueueAsync("another", new QueueSettings());
        await _timestone.UpdateQueueAsync(Queue, new QueueSettingsPatch { MaxAttempts = 7 });
        await _timestone.RedriveAsync(Queue, "early-0");
        (await _timestone.EnqueueAsync(Queue, Messages("late", 1, 10))).Single().Error.ShouldBeNull();
    }

    [Fact]
    public async Task A_dequeue_says_that_there_is_no_room_to_lease_and_one_that_waits_goes_on_when_there_is()
    {
        await FillAsync();
        var held = new List<Message>();
        TimestoneException? refusal = null;
        while (refusal is null)
        {
            try
            {
                held.AddRange((await DequeueAsync(100)).Messages);
            }
            catch (TimestoneException problem)
            {
                refusal = problem;
            }
        }

        refusal.Code.ShouldBe(ErrorCode.QueueFull);
        held.ShouldNotBeEmpty();
        await RefusedAsync(() => _timestone.DequeueAsync(Queue, new DequeueRequest { Wait = TimeSpan.FromMilliseconds(50) }));

        // What rides on the dequeue took effect, so its answer must not be lost.
        var both = await _timestone.DequeueAsync(
            Queue,
            new DequeueRequest { Settle = [Settlement.Release(held[0].Id, held[0].LeaseToken!)] }
        );
        both.Settled!.Single().Error.ShouldBeNull();
        (both.Messages.Count == 0 ? both.Error!.Code : ErrorCode.QueueFull).ShouldBe(ErrorCode.QueueFull);

        var waits = _timestone.DequeueAsync(Queue, new DequeueRequest { Max = 20, Wait = TimeSpan.FromSeconds(30) });
        _disk.Capacity *= 2;
        (await waits).Messages.ShouldNotBeEmpty();
    }

    private static NewMessage[] Messages(string prefix, int count, int payloadBytes) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new NewMessage { Id = $"{prefix}-{i}", Payload = Payload.FromBytes(new byte[payloadBytes]) }),
        ];

    private static async Task RefusedAsync(Func<Task> call) =>
        (await Should.ThrowAsync<TimestoneException>(call)).Code.ShouldBe(ErrorCode.QueueFull);

    private Task<DequeueResult> DequeueAsync(int max) => _timestone.DequeueAsync(Queue, new DequeueRequest { Max = max });

    // Nothing fits any more.
    private async Task FillAsync()
    {
        var refused = 0;
        for (var batch = 0; refused < 5; batch++)
        {
            var results = await _timestone.EnqueueAsync(Queue, Messages($"fill-{batch}", 100, 1000));
            refused += results.All(static result => result.Error is not null) ? 1 : 0;
        }
    }

    // Waits for compaction where room has to be made.
    private async Task<IReadOnlyList<Message>> EventuallyLeasedAsync(int max)
    {
        var result = await _timestone.DequeueAsync(Queue, new DequeueRequest { Max = max, Wait = TimeSpan.FromSeconds(30) });
        result.Messages.ShouldNotBeEmpty();
        return result.Messages;
    }

    private async Task StartAsync()
    {
        _journal = FileJournal.Open(new FileJournalOptions { Disk = _disk, SegmentBytes = SegmentBytes });
        _timestone = await StartAsync(_journal);
    }

    private static async Task<LocalTimestone> StartAsync(FileJournal journal)
    {
        var timestone = new LocalTimestone(journal);
        await timestone.StartAsync();
        return timestone;
    }

    private async Task StopAsync()
    {
        await _timestone.DisposeAsync();
        await _journal.DisposeAsync();
    }
}
