using Timestone.Bytes;

namespace Timestone.Grains.Wire;

internal sealed class MessageResultPacking : Packing<MessageResult>
{
    [Flags]
    private enum Has : byte
    {
        Id = 1,
        State = 2,
        Version = 4,
        Duplicate = 8,
        DuplicateIsTrue = 16,
        LeaseExpiresAt = 32,
        Error = 64,
        Omitted = 128,
    }

    public override void Write(ByteWriter bytes, MessageResult record, MessageResult? before)
    {
        bytes.Byte((byte)((record.Id is null ? 0 : Has.Id)
            | (record.State is null ? 0 : Has.State)
            | (record.Version is null ? 0 : Has.Version)
            | (record.Duplicate is null ? 0 : Has.Duplicate)
            | (record.Duplicate == true ? Has.DuplicateIsTrue : 0)
            | (record.LeaseExpiresAt is null ? 0 : Has.LeaseExpiresAt)
            | (record.Error is null ? 0 : Has.Error)
            | (record.Omitted is null ? 0 : Has.Omitted)));
        if (record.Id is { } id)
            bytes.Text(id);
        if (record.State is { } state)
            bytes.Byte((byte)state);
        if (record.Version is { } version)
            bytes.Varint((uint)version);
        if (record.LeaseExpiresAt is { } expiry)
            bytes.Time(expiry);
        if (record.Error is { } error)
            Write(bytes, error);
        if (record.Omitted is { } omitted)
            bytes.Byte((byte)omitted);
    }

    public override MessageResult Read(ref ByteReader bytes, MessageResult? before)
    {
        var has = (Has)bytes.Byte();
        return new MessageResult
        {
            Id = (has & Has.Id) != 0 ? bytes.Text() : null,
            State = (has & Has.State) != 0 ? (MessageState)bytes.Byte() : null,
            Version = (has & Has.Version) != 0 ? bytes.Int() : null,
            Duplicate = (has & Has.Duplicate) != 0 ? (has & Has.DuplicateIsTrue) != 0 : null,
            LeaseExpiresAt = (has & Has.LeaseExpiresAt) != 0 ? bytes.Time() : null,
            Error = (has & Has.Error) != 0 ? new TimestoneError((ErrorCode)bytes.Byte(), bytes.Text(), bytes.OptionalText()) : null,
            Omitted = (has & Has.Omitted) != 0 ? (OmittedText)bytes.Byte() : null,
        };
    }

    private static void Write(ByteWriter bytes, TimestoneError error)
    {
        bytes.Byte((byte)error.Code);
        bytes.Text(error.Detail);
        bytes.OptionalText(error.Field);
    }
}
