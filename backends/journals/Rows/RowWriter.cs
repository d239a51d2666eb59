using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals;

/// <summary>
/// Encodes the two parts of a message. In step with <see cref="RowReader"/>, docs/file-journal.md and docs/redis-journal.md.
/// </summary>
internal static class RowWriter
{
    /// <summary>What is fixed at its enqueue, but its id, sequence and priority.</summary>
    public static void Fixed(ByteWriter writer, MessageRow row, long origin)
    {
        writer.Signed(row.EnqueuedAt - origin);
        writer.Byte((byte)((int)row.PayloadKind | (row.Terms is null ? 0 : RowFormat.HasTerms)));
        writer.Bytes(row.Payload);
        Metadata(writer, row.Metadata);
        if (row.Terms is not { } terms)
            return;
        writer.Byte((byte)((int)terms.Order
            | (terms.InvisibleMs is null ? 0 : RowFormat.HasInvisible)
            | (terms.VisibleAt is null ? 0 : RowFormat.HasVisibleAt)
            | (terms.LeaseMs is null ? 0 : RowFormat.HasLeaseMs)));
        if (terms.InvisibleMs is { } invisible)
            writer.Signed(invisible);
        if (terms.VisibleAt is { } visibleAt)
            writer.Signed(visibleAt - origin);
        if (terms.LeaseMs is { } lease)
            writer.Signed(lease);
    }

    /// <summary>The count of pairs, then keys and values.</summary>
    public static void Metadata(ByteWriter writer, Metadata metadata)
    {
        var pairs = metadata.Pairs;
        writer.Varint((ulong)pairs.Length);
        foreach (var (key, value) in pairs)
        {
            writer.Text(key);
            writer.Text(value);
        }
    }

    /// <summary>What transitions change.</summary>
    public static void State(ByteWriter writer, in RowState state, long origin)
    {
        writer.Byte((byte)((int)state.State
            | (state.Redriven ? RowFormat.Redriven : 0)
            | (state.DueAt == 0 ? 0 : RowFormat.HasDueAt)
            | (state.Lease is null ? 0 : RowFormat.HasLease)
            | (state.Ended is null ? 0 : RowFormat.HasEnded)
            | (state.Notes is null ? 0 : RowFormat.HasNotes)));
        writer.Signed(state.UpdatedAt - origin);
        if (state.DueAt != 0)
            writer.Signed(state.DueAt - origin);
        writer.Varint((uint)state.Version);
        writer.Varint((ulong)(uint)state.Attempt << RowFormat.AttemptShift);
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
