using System.Text;
using Timestone.Engine;

namespace Timestone.Tests.Journal;

/// <summary>Rows made by hand, and a way to compare them whole.</summary>
internal static class TestRows
{
    public const long Now = 1_790_000_000_000;

    public static QueueRow Queue(string name) => new(name, new QueueSettings(), Now);

    public static MessageRow Row(long sequence, int payloadBytes = 16) => new()
    {
        Id = $"message-{sequence}",
        Sequence = sequence,
        Priority = Now + sequence,
        EnqueuedAt = Now + sequence,
        Payload = Enumerable.Range(0, payloadBytes).Select(i => (byte)(sequence + i)).ToArray(),
        PayloadKind = PayloadKind.Bytes,
        Metadata = Metadata.Of("tenant", $"t{sequence % 3}"),
        State = new RowState { State = MessageState.Pending, Version = 1, UpdatedAt = Now + sequence },
    };

    /// <summary>A row in which nothing has its default value.</summary>
    public static MessageRow FullRow(long sequence) => new()
    {
        Id = "full~:@+=-",
        Sequence = sequence,
        Priority = long.MinValue + sequence,
        EnqueuedAt = Now,
        Payload = "{\"ü\":[1,2]}"u8.ToArray(),
        PayloadKind = PayloadKind.Json,
        Metadata = Metadata.From([new("tenant", "Żółć 🦊"), new("a.b-c_d", ""), new("z", new string('x', 256))]),
        Terms = new EnqueueTerms(OrderSource.Deadline, 0, Now + 5, 12_345),
        State = FullState(),
    };

    public static RowState FullState() =>
        new()
        {
            State = MessageState.Running,
            Version = int.MaxValue,
            Attempt = 1000,
            DueAt = Now + 30_000,
            UpdatedAt = Now - 1,
            Redriven = true,
            Lease = new Lease(ulong.MaxValue, 30_000, "Wörker", "request-1"),
            Ended = new EndedLease(
                1,
                SettlementAction.Release,
                new EndedLease(2, SettlementAction.Fail, new EndedLease(3, SettlementAction.Complete, null))
            ),
            Notes = new Notes("failed 🦊", "{}"u8.ToArray(), "50"u8.ToArray()),
        };

    public static RowChange Added(MessageRow row) =>
        new(ChangeKind.Added, TransitionCause.Enqueue, null, row.State.UpdatedAt, row.State.UpdatedAt, row, row.State);

    public static RowChange Changed(MessageRow row, RowState state, TransitionCause? cause = TransitionCause.Dequeue)
    {
        var change = new RowChange(
            ChangeKind.Changed,
            cause,
            row.State.State,
            row.State.UpdatedAt,
            state.UpdatedAt,
            row,
            state,
            row.State.Bytes
        );
        row.State = state;
        return change;
    }

    public static RowChange Removed(MessageRow row) =>
        new(ChangeKind.Removed, TransitionCause.Retention, row.State.State, row.State.UpdatedAt, Now, row, row.State);

    public static RowState Lease(MessageRow row, ulong token) => row.State with
    {
        State = MessageState.Running,
        Version = row.State.Version + 1,
        Attempt = row.State.Attempt + 1,
        DueAt = Now + 30_000,
        Lease = new Lease(token, 30_000, "worker", null),
    };

    public static RowState Complete(MessageRow row, byte[]? result = null) => row.State with
    {
        State = MessageState.Completed,
        Version = row.State.Version + 1,
        DueAt = Now + 3_600_000,
        Ended = new EndedLease(row.State.Lease!.Token, SettlementAction.Complete, row.State.Ended),
        Notes = result is null ? row.State.Notes : new Notes(null, result, null),
    };

    /// <summary>Everything about a row as text, so that differences are readable.</summary>
    public static string Show(MessageRow row)
    {
        var state = row.State;
        return $"{row.Id} #{row.Sequence} p{row.Priority} at {row.EnqueuedAt} {row.PayloadKind} {Convert.ToHexString(row.Payload)} [{row.Metadata}] {row.Terms} "
            + $"{state.State} v{state.Version} a{state.Attempt} due {state.DueAt} updated {state.UpdatedAt} redriven {state.Redriven} {state.Lease} {state.Ended} "
            + $"error {state.Notes?.Error} result {Text(state.Notes?.Result)} progress {Text(state.Notes?.Progress)}";
    }

    public static string[] Show(IEnumerable<MessageRow> rows) => [.. rows.Select(Show)];

    private static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);
}
