using Timestone.Engine;

namespace Timestone.Backends;

/// <summary>Encodes and decodes a queue's row. In step with docs/file-journal.md.</summary>
internal static class QueueRowCodec
{
    private const int EnqueueBlocked = 1, DequeueBlocked = 2, PublishPayloads = 4, HasErrored = 8, HasSeen = 16, HasBoot = 32;
    private const int GuidBytes = 16;

    public static void Encode(ByteWriter writer, QueueRow row)
    {
        var settings = row.Settings;
        writer.Text(row.Name);
        writer.Signed(row.CreatedAt);
        writer.Byte((byte)settings.Type);
        writer.OptionalText(settings.ExclusivityKey);
        writer.Signed(settings.Lease.Ticks);
        writer.Signed(settings.Invisible.Ticks);
        writer.Signed(settings.MaxAttempts);
        writer.Byte((byte)settings.Backoff.Kind);
        writer.Signed(settings.Backoff.Initial.Ticks);
        writer.Signed(settings.Backoff.Max.Ticks);
        writer.Signed(settings.Retention.Ticks);
        writer.Signed(settings.MaxDepth);
        writer.Signed(settings.MaxPayloadBytes);
        var flags = (settings.EnqueueBlocked ? EnqueueBlocked : 0) | (settings.DequeueBlocked ? DequeueBlocked : 0) | (settings.PublishPayloads ? PublishPayloads : 0);
        writer.Byte((byte)(flags | HasErrored | (row.Seen is null ? 0 : HasSeen) | (row.Seen?.Boot is null ? 0 : HasBoot)));
        writer.Signed(settings.ErroredRetention.Ticks);
        writer.Signed(settings.MaxErrored);
        if (row.Seen is not { } seen)
            return;
        writer.Signed(seen.Time);
        writer.Signed(seen.Clock);
        if (seen.Boot is not { } boot)
            return;
        Span<byte> id = stackalloc byte[GuidBytes];
        boot.Boot.TryWriteBytes(id);
        foreach (var each in id)
            writer.Byte(each);
        writer.Signed(boot.Milliseconds);
    }

    public static QueueRow Decode(ref ByteReader reader)
    {
        var name = reader.Text();
        var createdAt = reader.Signed();
        var settings = new QueueSettings
        {
            Type = (QueueType)reader.Byte(),
            ExclusivityKey = reader.OptionalText(),
            Lease = new TimeSpan(reader.Signed()),
            Invisible = new TimeSpan(reader.Signed()),
            MaxAttempts = (int)reader.Signed(),
            Backoff = new Backoff
            {
                Kind = (BackoffKind)reader.Byte(),
                Initial = new TimeSpan(reader.Signed()),
                Max = new TimeSpan(reader.Signed()),
            },
            Retention = new TimeSpan(reader.Signed()),
            MaxDepth = reader.Signed(),
            MaxPayloadBytes = (int)reader.Signed(),
        };
        var flags = reader.Byte();
        if ((flags & HasErrored) != 0)
            settings = settings with { ErroredRetention = new TimeSpan(reader.Signed()), MaxErrored = reader.Signed() };
        return new QueueRow(name, settings with
        {
            EnqueueBlocked = (flags & EnqueueBlocked) != 0,
            DequeueBlocked = (flags & DequeueBlocked) != 0,
            PublishPayloads = (flags & PublishPayloads) != 0,
        }, createdAt)
        {
            Seen = (flags & HasSeen) == 0 ? null : new SeenTime(reader.Signed(), reader.Signed(), (flags & HasBoot) == 0 ? null : DecodeBoot(ref reader)),
        };
    }

    private static BootTime DecodeBoot(ref ByteReader reader) => new(new Guid(reader.Raw(GuidBytes)), reader.Signed());
}
