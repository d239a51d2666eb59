using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>
/// What an owner takes the clock of Redis for: as closely as the answers say, and right again at the first that contradicts.
/// </summary>
public sealed class StoreClockTests
{
    private const long Start = 1_700_000_000_000;

    private readonly FakeTimeProvider _time = new();
    private readonly StoreClock _clock;

    public StoreClockTests() => _clock = new StoreClock(_time);

    [Fact]
    public void An_answer_says_it_to_within_what_it_took()
    {
        Answer(Start, before: 5, after: 7);
        _clock.Now.ShouldBe(new StoreTime(Start, Start + 13));
        Advance(1000);
        _clock.Now.ShouldBe(new StoreTime(Start + 1000, Start + 1013));
    }

    [Fact]
    public void Answers_together_say_it_more_closely_and_a_slow_one_takes_nothing_back()
    {
        Answer(Start, before: 0, after: 5);
        Answer(Start + 10, before: 5, after: 0);
        _clock.Now.ShouldBe(new StoreTime(Start + 10, Start + 11));
        Answer(Start + 510, before: 500, after: 500);
        _clock.Now.ShouldBe(new StoreTime(Start + 1010, Start + 1011));
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    public void An_answer_that_contradicts_those_before_holds_alone(long step)
    {
        Answer(Start, before: 1, after: 1);
        Answer(Start + step, before: 2, after: 3);
        _clock.Now.ShouldBe(new StoreTime(Start + step, Start + step + 6));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_commit_of_the_queue_s_row_and_every_check_says_it_anew_after_this_machine_was_suspended(bool commits)
    {
        // Its monotonic clock stands, and Redis goes on.
        var database = RedisServer.NewDatabaseOfAnyKind();
        await using var journal = RedisJournal.Open(
            new RedisJournalOptions
            {
                Configuration = database,
                Timeout = RedisServer.Patience,
                TimeProvider = _time,
            }
        );
        await using var queue = (await journal.OpenAsync("q", TestRows.Queue("q")))!;
        var opened = queue.StoreTime!.Value.Latest;
        long before;
        do
            before = RedisNow();
        while (before <= opened + 1);
        queue.StoreTime!.Value.Latest.ShouldBeLessThan(before);

        if (commits)
            await queue.CommitAsync(new ChangeBatch { Queue = TestRows.Queue("q") });
        else
            await queue.CheckAsync();
        queue.StoreTime!.Value.Earliest.ShouldBeInRange(before, RedisNow());
        queue.StoreTime!.Value.Latest.ShouldBeLessThanOrEqualTo(RedisNow() + 1);
    }

    private static long RedisNow()
    {
        var lines = RedisCli.Run(RedisServer.SharedOfAnyKind, "TIME").Split("\r\n");
        return (long.Parse(lines[2], null) * 1000) + (long.Parse(lines[4], null) / 1000);
    }

    private void Answer(long said, int before, int after)
    {
        var asked = _clock.Timestamp;
        Advance(before + after);
        _clock.Note(said, asked);
    }

    private void Advance(int milliseconds) => _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
