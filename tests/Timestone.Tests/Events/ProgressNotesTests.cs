using Shouldly;
using Timestone.Events;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Events;

public sealed class ProgressNotesTests
{
    private readonly ProgressNotes _notes = new();

    [Fact]
    public void Nothing_is_known_before_all_partitions_have_reached_a_cut()
    {
        _notes.Note(100, At((10, 0), (10, 10))).ShouldBeNull();
        _notes.Note(200, At((20, 9), (20, 20))).ShouldBeNull();
        _notes.Note(300, At((20, 10), (30, 30))).ShouldBe(100);
        _notes.Note(400, At((20, 20), (30, 30))).ShouldBe(400);
    }

    [Fact]
    [Slow]
    public void The_slowest_partition_says_how_far_all_are()
    {
        _notes.Note(100, At((0, 0), (0, 0))).ShouldBe(100);
        for (var time = 101; time < 100_000; time++)
            _notes.Note(time, At((1, 0), (time, time))).ShouldBe(100);
    }

    [Fact]
    public void What_waits_in_outboxes_holds_it_back()
    {
        _notes.Note(100, At((5, 5))).ShouldBe(100);
        _notes.Note(100, At((5, 5))).ShouldBe(100);
        _notes.Note(null, At((9, 9))).ShouldBe(100);
        _notes.Note(150, At((9, 9))).ShouldBe(150);
    }

    [Fact]
    public void What_a_topic_lets_go_of_before_it_was_read_is_lost_for_good()
    {
        _notes.Note(100, At((10, 5)));
        _notes.HasLost.ShouldBeFalse();
        _notes.Note(200, At((20, 15)) with { HasLetGo = true });
        _notes.Note(300, At((20, 20))).ShouldBe(300);
        _notes.HasLost.ShouldBeTrue();
    }

    [Fact]
    public void However_long_one_stands_still_it_is_known_closely_how_far_it_comes_when_it_goes_on()
    {
        const int Hour = 3600;
        for (var second = 1; second <= Hour; second++)
            _notes.Note(second, At((second * 10, 0)));
        for (var second = 1; second <= Hour; second++)
        {
            var reached = _notes.Note(Hour + second, At(((Hour + second) * 10, second * 10)));
            if (reached is not null)
                reached.Value.ShouldBeLessThanOrEqualTo(second);
            if (second > 60)
                (second - reached.ShouldNotBeNull()).ShouldBeLessThan(Hour / 20);
        }
    }

    [Fact]
    public void A_topic_that_is_another_one_begins_anew()
    {
        _notes.Note(100, At((50, 50))).ShouldBe(100);
        _notes.Note(200, At((3, 50))).ShouldBeNull("what is done is told of the topic before");
        _notes.Note(300, At((3, 0))).ShouldBeNull();
        _notes.Note(400, At((3, 3))).ShouldBe(400);
        _notes.Note(500, At((3, 3), (2, 0))).ShouldBeNull("there are more partitions");
    }

    private static EventPositions At(params (long End, long Done)[] partitions) =>
        new([.. partitions.Select(static (partition, number) => new PartitionPosition("topic", number, partition.End, partition.Done))]);
}
