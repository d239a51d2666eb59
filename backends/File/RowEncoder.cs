using System.Runtime.InteropServices;
using System.Text;
using Timestone.Engine;

namespace Timestone.Backends.Files;

/// <summary>Encodes a batch. In step with <see cref="RowDecoder"/> and docs/file-journal.md.</summary>
internal static class RowEncoder
{
    /// <summary>The most that a new message takes beside its id, payload and metadata: numbers, lengths, its share of a frame.</summary>
    public const int MostBesideContent = 192;

    /// <summary>The body of the record of a commit.</summary>
    public static void Commit(ByteWriter writer, uint queue, ChangeBatch changes)
    {
        Head(writer, queue, changes.Queue, changes.Deleted);
        var rows = CollectionsMarshal.AsSpan(changes.Rows);
        writer.Varint((ulong)rows.Length);
        if (rows.Length == 0)
            return;
        var previous = 0L;
        var origin = rows[0].At;
        writer.Signed(origin);
        foreach (ref readonly var change in rows)
        {
            writer.Byte((byte)((int)change.Kind | ((int)change.Cause << RecordFormat.CauseShift)));
            writer.Signed(change.Row.Sequence - previous);
            previous = change.Row.Sequence;
            if (change.Kind == ChangeKind.Removed)
                continue;
            if (change.Kind != ChangeKind.Changed)
                Content(writer, change.Row, origin);
            State(writer, change.State, origin);
        }
    }

    /// <summary>The body of a record that says once more what a queue is.</summary>
    public static void Restatement(ByteWriter writer, uint queue, QueueRow row)
    {
        Head(writer, queue, row, deleted: false);
        writer.Varint(0);
    }

    /// <summary>What a message that exists counts for in the log: about what <see cref="Content"/> and a plain state take.</summary>
    public static int LiveBytes(MessageRow row)
    {
        const int Numbers = 48;
        var bytes = Numbers + row.Id.Length + row.Payload.Length;
        foreach (var (key, value) in row.Metadata.Pairs)
            bytes += 2 + key.Length + Encoding.UTF8.GetByteCount(value);
        return bytes;
    }

    private static void Head(ByteWriter writer, uint queue, QueueRow? row, bool deleted)
    {
        writer.Byte(RecordFormat.Commit);
        writer.Varint(queue);
        writer.Byte((byte)((row is null ? 0 : RecordFormat.HasQueueRow) | (deleted ? RecordFormat.Deleted : 0)));
        if (row is not null)
            QueueRowCodec.Encode(writer, row);
    }

    private static void Content(ByteWriter writer, MessageRow row, long origin)
    {
        writer.Text(row.Id);
        writer.Signed(row.Priority - origin);
        writer.Signed(row.EnqueuedAt - origin);
        writer.Byte((byte)((int)row.PayloadKind | (row.Terms is null ? 0 : RecordFormat.HasTerms)));
        writer.Bytes(row.Payload);
        var pairs = row.Metadata.Pairs;
        writer.Varint((ulong)pairs.Length);
        foreach (var (key, value) in pairs)
        {
            writer.Text(key);
            writer.Text(value);
        }

        if (row.Terms is not { } terms)
            return;
        writer.Byte((byte)((int)terms.Order
            | (terms.InvisibleMs is null ? 0 : RecordFormat.HasInvisible)
            | (terms.VisibleAt is null ? 0 : RecordFormat.HasVisibleAt)
            | (terms.LeaseMs is null ? 0 : RecordFormat.HasLeaseMs)));
        if (terms.InvisibleMs is { } invisible)
            writer.Signed(invisible);
        if (terms.VisibleAt is { } visibleAt)
            writer.Signed(visibleAt - origin);
        if (terms.LeaseMs is { } lease)
            writer.Signed(lease);
    }

    private static void State(ByteWriter writer, in RowState state, long origin)
    {
        writer.Byte((byte)((int)state.State
            | (state.Redriven ? RecordFormat.Redriven : 0)
            | (state.DueAt == 0 ? 0 : RecordFormat.HasDueAt)
            | (state.Lease is null ? 0 : RecordFormat.HasLease)
            | (state.Ended is null ? 0 : RecordFormat.HasEnded)
            | (state.Notes is null ? 0 : RecordFormat.HasNotes)));
        writer.Signed(state.UpdatedAt - origin);
        if (state.DueAt != 0)
            writer.Signed(state.DueAt - origin);
        writer.Varint((uint)state.Version);
        writer.Varint((uint)state.Attempt);
        if (state.Lease is { } lease)
        {
            writer.Fixed64(lease.Token);
            writer.Signed(lease.DurationMs);
            writer.OptionalText(lease.Worker);
            writer.OptionalText(lease.RequestId);
        }

        if (state.Ended is not null)
            Ended(writer, state.Ended);
        if (state.Notes is not { } notes)
            return;
        writer.OptionalText(notes.Error);
        writer.OptionalBytes(notes.Result);
        writer.OptionalBytes(notes.Progress);
    }

    private static void Ended(ByteWriter writer, EndedLease latest)
    {
        var count = 0UL;
        for (var ended = latest; ended is not null; ended = ended.Previous)
            count++;
        writer.Varint(count);
        for (var ended = latest; ended is not null; ended = ended.Previous)
        {
            writer.Fixed64(ended.Token);
            writer.Byte((byte)ended.Action);
        }
    }
}
