using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals;

/// <summary>Encodes and decodes an entry of the outbox whole, but for its queue. In step with docs/redis-journal.md.</summary>
internal static class OutboxEntryCodec
{
    private const int KindBits = 3, HasFrom = 4, HasDeadline = 8, HasVisibleAt = 16, HasPayload = 32, HasFields = 64;

    public static void Encode(ByteWriter writer, in OutboxEntry entry)
    {
        writer.Byte((byte)((int)entry.Kind
            | (entry.From is null ? 0 : HasFrom)
            | (entry.HasDeadline ? HasDeadline : 0)
            | (entry.VisibleAt is null ? 0 : HasVisibleAt)
            | (entry.Payload is null ? 0 : HasPayload)));
        writer.Signed(entry.At);
        if (entry.Kind == OutboxEntryKind.QueueDeleted)
            return;
        writer.Text(entry.Id);
        writer.Signed(entry.Sequence);
        writer.Varint((uint)entry.Version);
        writer.Byte((byte)entry.State);
        writer.Byte((byte)entry.Cause!.Value);
        if (entry is { Kind: OutboxEntryKind.Removed, IsHistoric: false })
            return;
        if (entry.From is { } from)
            writer.Byte((byte)from);
        writer.Signed(entry.At - entry.Since);
        writer.Varint((uint)entry.Attempt);
        writer.Signed(entry.Priority);
        writer.Signed(entry.At - entry.EnqueuedAt);
        RowWriter.Metadata(writer, entry.Metadata);
        writer.OptionalText(entry.Worker);
        writer.OptionalText(entry.Error);
        if (entry.VisibleAt is { } visibleAt)
            writer.Signed(visibleAt - entry.At);
        if (entry.Payload is not { } payload)
            return;
        writer.Byte((byte)payload.Kind);
        writer.Bytes(payload.Bytes.Span);
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static OutboxEntry Decode(ref ByteReader reader, RowReader parts, string queue, long createdAt)
    {
        var bits = reader.Byte();
        var entry = new OutboxEntry
        {
            Kind = (OutboxEntryKind)(bits & KindBits),
            Queue = queue,
            QueueCreatedAt = createdAt,
            At = reader.Signed(),
        };
        if (entry.Kind != OutboxEntryKind.QueueDeleted)
            entry = OfMessage(ref reader, parts, entry, bits);
        RowReader.SkipFields(ref reader, (bits & HasFields) != 0);
        return entry;
    }

    private static OutboxEntry OfMessage(ref ByteReader reader, RowReader parts, OutboxEntry entry, int bits)
    {
        entry = entry with
        {
            Id = reader.Text(),
            Sequence = reader.Signed(),
            Version = (int)(uint)reader.Varint(),
            State = (MessageState)reader.Byte(),
            Cause = (TransitionCause)reader.Byte(),
        };
        if (entry is { Kind: OutboxEntryKind.Removed, IsHistoric: false })
            return entry;
        return entry with
        {
            From = (bits & HasFrom) == 0 ? null : (MessageState)reader.Byte(),
            Since = entry.At - reader.Signed(),
            Attempt = (int)(uint)reader.Varint(),
            Priority = reader.Signed(),
            HasDeadline = (bits & HasDeadline) != 0,
            EnqueuedAt = entry.At - reader.Signed(),
            Metadata = parts.Metadata(ref reader),
            Worker = reader.OptionalText(),
            Error = reader.OptionalText(),
            VisibleAt = (bits & HasVisibleAt) == 0 ? null : entry.At + reader.Signed(),
            Payload = (bits & HasPayload) == 0 ? null : Payload.FromStored((PayloadKind)reader.Byte(), reader.Bytes().ToArray()),
        };
    }
}
