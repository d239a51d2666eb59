using Timestone.Bytes;

namespace Timestone.Grains.Wire;

internal sealed class NewMessagePacking : Packing<NewMessage>
{
    [Flags]
    private enum Has : byte
    {
        Id = 1,
        MetadataOfTheOneBefore = 2,
        Priority = 4,
        Deadline = 8,
        Invisible = 16,
        VisibleAt = 32,
        Lease = 64,
        PriorityOffset = 128,
    }

    public override void Write(ByteWriter bytes, NewMessage record, NewMessage? before)
    {
        var has = (record.Id is null ? 0 : Has.Id)
            | (record.Metadata.Equals(before?.Metadata ?? Metadata.Empty) ? Has.MetadataOfTheOneBefore : 0)
            | (record.Priority is null ? 0 : Has.Priority)
            | (record.Deadline is null ? 0 : Has.Deadline)
            | (record.Invisible is null ? 0 : Has.Invisible)
            | (record.VisibleAt is null ? 0 : Has.VisibleAt)
            | (record.Lease is null ? 0 : Has.Lease)
            | (record.PriorityOffset is null ? 0 : Has.PriorityOffset);
        bytes.Byte((byte)has);
        bytes.Payload(record.Payload);
        if (record.Id is { } id)
            bytes.Text(id);
        if ((has & Has.MetadataOfTheOneBefore) == 0)
            bytes.Metadata(record.Metadata);
        if (record.Priority is { } priority)
            bytes.Signed(priority);
        if (record.Deadline is { } deadline)
            bytes.Time(deadline);
        if (record.Invisible is { } invisible)
            bytes.Duration(invisible);
        if (record.VisibleAt is { } visibleAt)
            bytes.Time(visibleAt);
        if (record.Lease is { } lease)
            bytes.Duration(lease);
        if (record.PriorityOffset is { } offset)
            bytes.Duration(offset);
    }

    public override NewMessage Read(ref ByteReader bytes, NewMessage? before)
    {
        var has = (Has)bytes.Byte();
        return new NewMessage
        {
            Payload = bytes.Payload(),
            Id = (has & Has.Id) != 0 ? bytes.Text() : null,
            Metadata = (has & Has.MetadataOfTheOneBefore) != 0 ? before?.Metadata ?? Metadata.Empty : bytes.Metadata(),
            Priority = (has & Has.Priority) != 0 ? bytes.Signed() : null,
            Deadline = (has & Has.Deadline) != 0 ? bytes.Time() : null,
            Invisible = (has & Has.Invisible) != 0 ? bytes.Duration() : null,
            VisibleAt = (has & Has.VisibleAt) != 0 ? bytes.Time() : null,
            Lease = (has & Has.Lease) != 0 ? bytes.Duration() : null,
            PriorityOffset = (has & Has.PriorityOffset) != 0 ? bytes.Duration() : null,
        };
    }
}
