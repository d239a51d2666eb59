using Shouldly;
using Timestone.Bytes;
using Timestone.Engine;
using Timestone.Journals;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>What a later version adds to a row is read over by this one.</summary>
public sealed class LaterFieldsTests
{
    private const int HasFields = 8;
    private const long Origin = 1_700_000_000_000;

    [Fact]
    public void A_message_with_fields_that_are_not_known_is_read_without_them()
    {
        var row = TestRows.Row(1);
        var reader = new ByteReader(Written(static writer =>
        {
            writer.Signed(0);
            writer.Byte((byte)PayloadKind.Json | HasFields);
            writer.Bytes("{}"u8);
            writer.Varint(0);
            Field(writer);
        }));
        var read = new RowReader().Fixed(ref reader, row.Id, row.Sequence, row.Priority, Origin);
        reader.AtEnd.ShouldBeTrue();
        (read.EnqueuedAt, read.PayloadKind, read.Metadata.Count, read.Terms).ShouldBe((Origin, PayloadKind.Json, 0, null));
    }

    [Fact]
    public void A_state_with_fields_that_are_not_known_is_read_told_and_skipped_without_them()
    {
        var bytes = Written(static writer =>
        {
            writer.Byte((byte)MessageState.Pending);
            writer.Signed(5);
            writer.Varint(7);
            writer.Varint((3 << 1) | 1);
            Field(writer);
        });
        var reader = new ByteReader(bytes);
        var state = new RowReader().State(ref reader, Origin);
        reader.AtEnd.ShouldBeTrue();
        (state.State, state.UpdatedAt, state.Version, state.Attempt).ShouldBe((MessageState.Pending, Origin + 5, 7, 3));

        reader = new ByteReader(bytes);
        new RowReader().Told(ref reader, Origin).Attempt.ShouldBe(3);
        reader.AtEnd.ShouldBeTrue();

        reader = new ByteReader(bytes);
        RowReader.SkipState(ref reader);
        reader.AtEnd.ShouldBeTrue();
    }

    [Theory]
    [InlineData(OutboxEntryKind.QueueDeleted)]
    [InlineData(OutboxEntryKind.Removed)]
    [InlineData(OutboxEntryKind.Transition)]
    public void An_entry_of_the_outbox_with_fields_that_are_not_known_is_read_without_them(OutboxEntryKind kind)
    {
        const int HasFieldsOfEntry = 64;
        var entry = new OutboxEntry
        {
            Kind = kind,
            Queue = "q",
            QueueCreatedAt = 1,
            At = Origin,
            Id = kind == OutboxEntryKind.QueueDeleted ? "" : "a",
            Sequence = 2,
            Version = 3,
            State = MessageState.Completed,
            Cause = kind == OutboxEntryKind.Removed ? TransitionCause.Retention : TransitionCause.Complete,
            Metadata = Metadata.Empty,
        };
        var bytes = Written(writer =>
        {
            OutboxEntryCodec.Encode(writer, entry);
            Field(writer);
        });
        bytes[0] |= HasFieldsOfEntry;
        var reader = new ByteReader(bytes);
        OutboxEntryCodec.Decode(ref reader, new RowReader(), "q", 1).Kind.ShouldBe(kind);
        reader.AtEnd.ShouldBeTrue();
    }

    [Fact]
    public void A_queue_with_settings_that_are_not_known_is_read_without_them_and_one_that_lacks_some_has_their_defaults()
    {
        var reader = new ByteReader(
            Written(static writer =>
                writer.Bytes("""{"name":"q","createdAt":5,"settings":{"type":"simple","maxAttempts":3,"later":{"a":1}},"later":[1]}"""u8)
            )
        );
        QueueRowCodec.Decode(ref reader).ShouldBe(new QueueRow("q", new QueueSettings { MaxAttempts = 3 }, 5));
    }

    [Fact]
    public void The_longest_row_of_a_queue_is_no_longer_than_is_set_aside_for_it()
    {
        var longest = new QueueSettings
        {
            Type = QueueType.Exclusive,
            ExclusivityKey = new string('k', Limits.MaxMetadataKeyLength),
            Lease = Limits.MaxLease - TimeSpan.FromMilliseconds(1),
            Invisible = Limits.MaxInvisible - TimeSpan.FromMilliseconds(1),
            MaxAttempts = 1000,
            Backoff = new Backoff
            {
                Kind = BackoffKind.Exponential,
                Initial = Limits.MaxBackoff - TimeSpan.FromMilliseconds(1),
                Max = Limits.MaxBackoff - TimeSpan.FromMilliseconds(1),
            },
            Retention = Limits.MaxRetention - TimeSpan.FromMilliseconds(1),
            ErroredRetention = Limits.MaxRetention - TimeSpan.FromMilliseconds(1),
            MaxErrored = long.MaxValue,
            MaxDepth = long.MaxValue,
            MaxPayloadBytes = Limits.MaxPayloadBytes,
        };
        Validation.Check(longest);
        var row = new QueueRow(new string('q', Limits.MaxQueueNameLength), longest, long.MinValue)
        {
            Seen = new SeenTime(long.MinValue, long.MinValue, new BootTime(Guid.AllBitsSet, long.MinValue)),
        };
        var bytes = Written(writer => QueueRowCodec.Encode(writer, row));
        bytes.Length.ShouldBeLessThan(QueueRow.MaxBytes);
        var reader = new ByteReader(bytes);
        QueueRowCodec.Decode(ref reader).ShouldBe(row);
    }

    private static byte[] Written(Action<ByteWriter> write)
    {
        var writer = new ByteWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    private static void Field(ByteWriter writer)
    {
        var fields = new ByteWriter();
        fields.Varint(99);
        fields.Bytes("later"u8);
        writer.Bytes(fields.Written);
    }
}
