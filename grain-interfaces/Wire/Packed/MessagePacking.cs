using Timestone.Bytes;

namespace Timestone.Grains.Wire;

internal sealed class MessagePacking : Packing<Message>
{
    [Flags]
    private enum Has
    {
        QueueOfTheOneBefore = 1,
        MetadataOfTheOneBefore = 2,
        WorkerOfTheOneBefore = 4,
        Deadline = 8,
        VisibleAt = 16,
        LeaseToken = 32,
        LeaseExpiresAt = 64,
        Error = 128,
        Result = 256,
        Progress = 512,
        Life = 1024,
    }

    public override void Write(ByteWriter bytes, Message record, Message? before)
    {
        var has = (record.Queue == before?.Queue ? Has.QueueOfTheOneBefore : 0)
            | (record.Metadata.Equals(before?.Metadata ?? Metadata.Empty) ? Has.MetadataOfTheOneBefore : 0)
            | (record.Worker == before?.Worker ? Has.WorkerOfTheOneBefore : 0)
            | (record.Deadline is null ? 0 : Has.Deadline)
            | (record.VisibleAt is null ? 0 : Has.VisibleAt)
            | (record.LeaseToken is null ? 0 : Has.LeaseToken)
            | (record.LeaseExpiresAt is null ? 0 : Has.LeaseExpiresAt)
            | (record.Error is null ? 0 : Has.Error)
            | (record.Result.Kind == PayloadKind.None ? 0 : Has.Result)
            | (record.Progress.Kind == PayloadKind.None ? 0 : Has.Progress)
            | (record.Life is null ? 0 : Has.Life);
        bytes.Varint((ulong)has);
        bytes.Text(record.Id);
        bytes.Byte((byte)record.State);
        bytes.Payload(record.Payload);
        bytes.Signed(record.Priority);
        bytes.Varint((uint)record.Version);
        bytes.Varint((uint)record.Attempt);
        bytes.Varint((uint)record.AttemptsLeft);
        bytes.Time(record.EnqueuedAt);
        bytes.Time(record.UpdatedAt);
        if ((has & Has.QueueOfTheOneBefore) == 0)
            bytes.Text(record.Queue);
        if ((has & Has.MetadataOfTheOneBefore) == 0)
            bytes.Metadata(record.Metadata);
        if ((has & Has.WorkerOfTheOneBefore) == 0)
            bytes.OptionalText(record.Worker);
        if (record.Deadline is { } deadline)
            bytes.Time(deadline);
        if (record.VisibleAt is { } visibleAt)
            bytes.Time(visibleAt);
        if (record.LeaseToken is { } token)
            bytes.Text(token);
        if (record.LeaseExpiresAt is { } expiry)
            bytes.Time(expiry);
        if (record.Error is { } error)
            bytes.Text(error);
        if ((has & Has.Result) != 0)
            bytes.Payload(record.Result);
        if ((has & Has.Progress) != 0)
            bytes.Payload(record.Progress);
        if (record.Life is { } life)
            bytes.Text(life);
    }

    public override Message Read(ref ByteReader bytes, Message? before)
    {
        var has = (Has)bytes.Int();
        return new Message
        {
            Id = bytes.Text(),
            State = (MessageState)bytes.Byte(),
            Payload = bytes.Payload(),
            Priority = bytes.Signed(),
            Version = bytes.Int(),
            Attempt = bytes.Int(),
            AttemptsLeft = bytes.Int(),
            EnqueuedAt = bytes.Time(),
            UpdatedAt = bytes.Time(),
            Queue = (has & Has.QueueOfTheOneBefore) != 0 ? before!.Queue : bytes.Text(),
            Metadata = (has & Has.MetadataOfTheOneBefore) != 0 ? before?.Metadata ?? Metadata.Empty : bytes.Metadata(),
            Worker = (has & Has.WorkerOfTheOneBefore) != 0 ? before?.Worker : bytes.OptionalText(),
            Deadline = (has & Has.Deadline) != 0 ? bytes.Time() : null,
            VisibleAt = (has & Has.VisibleAt) != 0 ? bytes.Time() : null,
            LeaseToken = (has & Has.LeaseToken) != 0 ? bytes.Text() : null,
            LeaseExpiresAt = (has & Has.LeaseExpiresAt) != 0 ? bytes.Time() : null,
            Error = (has & Has.Error) != 0 ? bytes.Text() : null,
            Result = (has & Has.Result) != 0 ? bytes.Payload() : default,
            Progress = (has & Has.Progress) != 0 ? bytes.Payload() : default,
            Life = (has & Has.Life) != 0 ? bytes.Text() : null,
        };
    }
}
