using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Shouldly;
using Timestone.Streams.Kafka;
using Xunit;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>What is kept of a partition, and when it counts as delivered.</summary>
public sealed class KafkaQueueCacheTests
{
    private const int RecordBytes = 10;
    private static readonly StreamId One = StreamId.Create("test", "one");
    private static readonly StreamId Other = StreamId.Create("test", "other");

    [Fact]
    public void A_record_is_delivered_when_the_cursor_goes_on_behind_it()
    {
        var cache = Cache();
        Add(cache, One, 0, 1);
        var cursor = Cursor(cache, One, 0);
        cursor.Advance().ShouldBeTrue();
        Delivered(cache).ShouldBeEmpty();
        cursor.Advance().ShouldBeTrue();
        Delivered(cache).ShouldBe([0]);
        cursor.Advance().ShouldBeFalse();
        Delivered(cache).ShouldBe([1]);
    }

    [Fact]
    public void A_topic_that_begins_again_is_delivered_from_its_first_record_on()
    {
        var cache = Cache();
        Add(cache, One, 100, 101);
        var cursor = Cursor(cache, One, 100);
        Drain(cursor);
        Delivered(cache).ShouldBe([100, 101]);
        cache.StartAnew(0);
        Add(cache, One, 0, 1);
        Drain(cursor).ShouldBe([0, 1]);
        Delivered(cache).ShouldBe([0, 1]);
    }

    [Fact]
    public void A_record_is_delivered_when_all_who_have_its_stream_have_it()
    {
        var cache = Cache();
        Add(cache, One, 0);
        var (fast, slow) = (Cursor(cache, One, 0), Cursor(cache, One, 0));
        Drain(fast);
        Delivered(cache).ShouldBeEmpty();
        slow.Dispose();
        Delivered(cache).ShouldBe([0]);
    }

    [Fact]
    public void A_record_of_a_slow_stream_holds_back_those_behind_it_and_no_consumer()
    {
        var cache = Cache();
        Add(cache, One, 0);
        Add(cache, Other, 1, 2);
        var (slow, fast) = (Cursor(cache, One, 0), Cursor(cache, Other, 1));
        Drain(fast).ShouldBe([1, 2]);
        Delivered(cache).ShouldBeEmpty();
        Drain(slow);
        Delivered(cache).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public void What_nobody_has_subscribed_to_counts_as_delivered()
    {
        var cache = Cache();
        Add(cache, One, 0);
        Delivered(cache).ShouldBe([0]);
    }

    [Fact]
    public void What_is_always_subscribed_to_is_delivered_by_a_cursor_alone()
    {
        var cache = Cache(alwaysSubscribed: true);
        Add(cache, One, 0, 1);
        Delivered(cache).ShouldBeEmpty();
        var cursor = Cursor(cache, One, 0);
        Drain(cursor).ShouldBe([0, 1]);
        cursor.Dispose();
        Delivered(cache).ShouldBe([0, 1]);
        cache.TakeRewind().ShouldBeNull();
    }

    [Fact]
    public void An_agent_that_gives_up_a_stream_before_its_records_are_delivered_meets_it_again_with_the_first_of_them()
    {
        var cache = Cache(alwaysSubscribed: true);
        Add(cache, Other, 3);
        Add(cache, One, 4, 5, 6);
        var (held, other) = (Cursor(cache, One, 4), Cursor(cache, Other, 3));
        held.Advance();
        held.Advance();
        held.Dispose();
        Add(cache, One, 7);
        Delivered(cache).ShouldBeEmpty();
        cache.TakeRewind().ShouldBe(3);
        Add(cache, Other, 3);
        Add(cache, One, 4, 5, 6, 7);
        Drain(other).ShouldBe([3]);
        Delivered(cache).ShouldBe([3, 4]);
        Drain(Cursor(cache, One, 5)).ShouldBe([5, 6, 7]);
        Delivered(cache).ShouldBe([5, 6, 7]);
    }

    [Fact]
    public void A_cursor_without_a_token_begins_behind_what_was_read_or_with_what_nobody_has_got_yet_of_what_is_always_subscribed_to()
    {
        var live = Cache();
        Add(live, One, 0, 1);
        Drain(live.GetCacheCursor(One, null)).ShouldBeEmpty();
        var cache = Cache(alwaysSubscribed: true);
        Add(cache, One, 0, 1, 2);
        var held = Cursor(cache, One, 0);
        held.Advance();
        held.Advance();
        var other = cache.GetCacheCursor(One, null);
        held.Dispose();
        Delivered(cache).ShouldBe([0]);
        Drain(other).ShouldBe([1, 2]);
        other.Dispose();
        Add(cache, One, 3);
        Drain(cache.GetCacheCursor(One, null)).ShouldBe([3]);
    }

    [Fact]
    public void What_could_not_be_delivered_is_passed_over_or_comes_again_when_it_is_always_subscribed_to()
    {
        foreach (var always in (bool[])[false, true])
        {
            var cache = Cache(alwaysSubscribed: always);
            Add(cache, One, 0, 1);
            var cursor = Cursor(cache, One, 0);
            cursor.Advance();
            cursor.RecordDeliveryFailure();
            Drain(cursor).ShouldBe(always ? [0, 1] : [1]);
        }
    }

    [Fact]
    public void The_record_of_a_cursors_token_is_delivered_by_itself_and_others_together()
    {
        var cache = Cache(recordsPerDelivery: 3);
        Add(cache, One, 0, 1, 2, 3, 4, 5, 6);
        var cursor = Cursor(cache, One, 1);
        List<int> sizes = [];
        while (cursor.Advance())
            sizes.Add(cursor.GetCurrent(out _)!.GetEvents<string>().Count());
        sizes.ShouldBe([1, 3, 2]);
    }

    [Fact]
    public void Reading_waits_while_there_is_no_room_and_delivered_records_make_room()
    {
        var cache = Cache(mostBytes: 3 * RecordBytes);
        Add(cache, One, 0, 1, 2);
        var cursor = Cursor(cache, One, 0);
        cache.IsUnderPressure().ShouldBeTrue();
        cursor.Advance();
        cursor.Advance();
        Delivered(cache).ShouldBe([0]);
        cache.IsUnderPressure().ShouldBeFalse();
    }

    [Fact]
    public void Delivered_records_are_kept_while_there_is_room_and_a_token_older_than_those_is_a_miss()
    {
        var cache = Cache(mostBytes: 3 * RecordBytes);
        Add(cache, One, 0, 1);
        Drain(Cursor(cache, One, 0));
        Delivered(cache);
        cache.IsUnderPressure().ShouldBeFalse();
        Drain(Cursor(cache, One, 0)).ShouldBe([0, 1]);
        Add(cache, One, 2);
        Drain(Cursor(cache, One, 2));
        Should.Throw<QueueCacheMissException>(() =>
        {
            Drop(cache);
            Cursor(cache, One, 0);
        });
    }

    [Fact]
    public void A_cursor_that_rewinds_behind_what_is_kept_has_the_partition_read_again_and_others_pass_over_it()
    {
        var cache = Cache();
        Add(cache, One, 5, 6);
        var live = Cursor(cache, One, 5);
        Drain(live);
        Delivered(cache);
        var again = cache.GetCacheCursor(One, new KafkaRewindToken(3));
        again.Advance().ShouldBeFalse();
        Add(cache, One, 7);
        cache.TakeRewind().ShouldBe(3);
        cache.TakeRewind().ShouldBeNull();
        Add(cache, One, 3, 4, 5, 6, 7);
        Drain(live).ShouldBe([7]);
        Delivered(cache).ShouldBeEmpty();
        Drain(again).ShouldBe([3, 4, 5, 6, 7]);
        Delivered(cache).ShouldBe([7]);
    }

    [Fact]
    public void Records_with_a_request_context_are_delivered_by_themselves()
    {
        var cache = Cache(recordsPerDelivery: 10);
        cache.AddToCache([Record(One, 0), Record(One, 1), Record(One, 2, withContext: true), Record(One, 3)]);
        var cursor = Cursor(cache, One, 0);
        cursor.Advance();
        Drain(cursor).ShouldBe([1, 2, 3]);
    }

    private static KafkaQueueCache Cache(int mostBytes = 1000, int recordsPerDelivery = 1, bool alwaysSubscribed = false) =>
        new(mostBytes, recordsPerDelivery, alwaysSubscribed);

    private static void Add(KafkaQueueCache cache, StreamId stream, params int[] offsets) =>
        cache.AddToCache([.. offsets.Select(offset => Record(stream, offset))]);

    private static KafkaBatch Record(StreamId stream, int offset, bool withContext = false) =>
        new KafkaBatch(
            offset,
            new KafkaEvents(stream, [$"event {offset}"], withContext ? new Dictionary<string, object> { ["tenant"] = "acme" } : null),
            RecordBytes
        );

    private static IQueueCacheCursor Cursor(KafkaQueueCache cache, StreamId stream, int offset) =>
        cache.GetCacheCursor(stream, new EventSequenceTokenV2(offset));

    // The offsets of the deliveries that were left.
    private static List<long> Drain(IQueueCacheCursor cursor)
    {
        List<long> offsets = [];
        while (cursor.Advance())
            offsets.Add(cursor.GetCurrent(out _)!.SequenceToken.SequenceNumber);
        return offsets;
    }

    private static List<long> Delivered(KafkaQueueCache cache) =>
        cache.TryPurgeFromCache(out var delivered) ? [.. delivered.Select(static batch => batch.SequenceToken.SequenceNumber)] : [];

    private static void Drop(KafkaQueueCache cache)
    {
        Delivered(cache);
        cache.IsUnderPressure();
    }
}
