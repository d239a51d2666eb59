using System.Globalization;
using Timestone.Engine;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>Compares what a journal has kept of a queue with a state of the reference.</summary>
internal static class RecoveredRows
{
    /// <summary>What differs first; null when nothing does.</summary>
    public static string? Difference(ReferenceQueue state, QueueRow? queue, IReadOnlyList<MessageRow> rows)
    {
        if (state.Deleted || queue is null)
            return state.Deleted == queue is null ? null : $"the queue {(queue is null ? "is gone" : "exists")}";
        if (queue.Settings != state.Settings)
            return $"settings {queue.Settings}, not {state.Settings}";
        if (
            (queue.Seen?.Time, queue.Seen?.Clock, queue.Seen?.Boot?.Boot, queue.Seen?.Boot?.Milliseconds)
            != (state.Seen?.Time, state.Seen?.Wall, state.Seen?.Machine?.Boot, state.Seen?.Machine?.Since)
        )
            return $"time seen {queue.Seen}, not {state.Seen}";
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i - 1].Sequence >= rows[i].Sequence)
                return "rows out of order";
        }

        if (!rows.Select(row => row.Id).SequenceEqual(state.Messages.Select(message => message.Id)))
            return $"messages [{string.Join(' ', rows.Select(row => row.Id))}], not [{string.Join(' ', state.Messages.Select(message => message.Id))}]";
        return rows.Zip(state.Messages, (row, message) => Difference(state.Tokens, row, message))
            .FirstOrDefault(difference => difference is not null);
    }

    /// <summary>Learns the tokens of leases that nobody was told of.</summary>
    public static void LearnTokens(ReferenceQueue state, IReadOnlyList<MessageRow> rows)
    {
        foreach (var (row, message) in rows.Zip(state.Messages).Where(pair => pair.First.State.State == MessageState.Running))
            state.Tokens.Learn(state.Tokens.Of(message.Lease!.Number), Format(row.State.Lease!.Token));
    }

    private static string? Difference(LeaseTokens tokens, MessageRow row, ReferenceMessage message)
    {
        var running = message.State == MessageState.Running;
        return Differ("state", row.State.State, message.State)
            ?? Differ("version", row.State.Version, message.Version)
            ?? Differ("attempt", row.State.Attempt, message.Attempt)
            ?? Differ("due time", row.State.DueAt, message.DueAt ?? 0)
            ?? Differ("time of update", row.State.UpdatedAt, message.UpdatedAt)
            ?? Differ("time of enqueue", row.EnqueuedAt, message.EnqueuedAt)
            ?? Differ("priority", row.Priority, message.Priority)
            ?? Differ("payload", Payload.FromStored(row.PayloadKind, row.Payload), message.Given.Payload)
            ?? Differ("metadata", row.Metadata, message.Given.Metadata)
            ?? Differ("terms", row.Terms, Terms(message.Given))
            ?? Differ("worker", row.State.Lease?.Worker, message.Lease?.Worker)
            ?? (
                running
                    ? Differ(
                        "lease",
                        (row.State.Lease!.DurationMs, row.State.Lease.RequestId),
                        (message.Lease!.Length, message.Lease.RequestId)
                    )
                    : null
            )
            ?? (
                running && tokens.Knows(message.Lease!.Number)
                    ? Differ("token", Format(row.State.Lease!.Token), tokens.Of(message.Lease.Number))
                    : null
            )
            ?? Differ(
                "ended leases",
                string.Join(' ', Ended(row)),
                string.Join(' ', message.Ended.Select(ended => $"{tokens.Of(ended.Lease)}:{ended.Action}"))
            )
            ?? Differ("redriven", row.State.Redriven, message.Redriven)
            ?? Differ("error", row.State.Notes?.Error, message.Error)
            ?? Differ("result", Json(row.State.Notes?.Result), message.Result)
            ?? Differ("progress", Json(row.State.Notes?.Progress), message.Progress);

        string? Differ<T>(string what, T found, T expected) =>
            EqualityComparer<T>.Default.Equals(found, expected) ? null : $"'{message.Id}' has {what} {found}, not {expected}";
    }

    private static EnqueueTerms? Terms(NewMessage given)
    {
        var order =
            given.Priority is not null ? OrderSource.Priority
            : given.Deadline is not null ? OrderSource.Deadline
            : given.PriorityOffset is not null ? OrderSource.Offset
            : OrderSource.Time;
        var terms = new EnqueueTerms(
            order,
            (long?)given.Invisible?.TotalMilliseconds,
            given.VisibleAt?.ToUnixTimeMilliseconds(),
            (long?)given.Lease?.TotalMilliseconds
        );
        return terms == new EnqueueTerms(OrderSource.Time, null, null, null) ? null : terms;
    }

    private static IEnumerable<string> Ended(MessageRow row)
    {
        for (var ended = row.State.Ended; ended is not null; ended = ended.Previous)
            yield return $"{Format(ended.Token)}:{ended.Action}";
    }

    private static Payload Json(byte[]? bytes) => bytes is null ? default : Payload.FromStored(PayloadKind.Json, bytes);

    private static string Format(ulong token) => token.ToString("x16", CultureInfo.InvariantCulture);
}
