using Timestone.Bytes;

namespace Timestone.Grains.Wire;

internal sealed class SettlementPacking : Packing<Settlement>
{
    [Flags]
    private enum Has : byte
    {
        Result = 1,
        Error = 2,
        Permanent = 4,
        Invisible = 8,
    }

    public override void Write(ByteWriter bytes, Settlement record, Settlement? before)
    {
        bytes.Byte((byte)((record.Result.Kind == PayloadKind.None ? 0 : Has.Result)
            | (record.Error is null ? 0 : Has.Error)
            | (record.Permanent ? Has.Permanent : 0)
            | (record.Invisible is null ? 0 : Has.Invisible)));
        bytes.Byte((byte)record.Action);
        bytes.OptionalText(record.Id);
        bytes.OptionalText(record.LeaseToken);
        if (record.Result.Kind != PayloadKind.None)
            bytes.Payload(record.Result);
        if (record.Error is { } error)
            bytes.Text(error);
        if (record.Invisible is { } invisible)
            bytes.Duration(invisible);
    }

    public override Settlement Read(ref ByteReader bytes, Settlement? before)
    {
        var has = (Has)bytes.Byte();
        return new Settlement
        {
            Action = (SettlementAction)bytes.Byte(),
            Id = bytes.OptionalText()!,
            LeaseToken = bytes.OptionalText()!,
            Result = (has & Has.Result) != 0 ? bytes.Payload() : default,
            Error = (has & Has.Error) != 0 ? bytes.Text() : null,
            Permanent = (has & Has.Permanent) != 0,
            Invisible = (has & Has.Invisible) != 0 ? bytes.Duration() : null,
        };
    }
}
