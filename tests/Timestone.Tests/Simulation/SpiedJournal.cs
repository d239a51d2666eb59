using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>
/// Stands between a runner and its journal, to see when the runner applies what was sent to it: before that it asks for the
/// room.
/// </summary>
internal sealed class SpiedJournal(IQueueJournal journal, IReadOnlyList<MessageRow> rows, Action<JournalRoom> applying)
    : ForwardingQueueJournal(journal)
{
    private readonly List<(Task Done, TaskCompletionSource Told)> _rewrites = [];
    private readonly Queue<(RoomUse Use, long Bytes, string? Id, bool Granted)> _foreseen = [];

    public override JournalRoom Room
    {
        get
        {
            var room = base.Room;
            applying(room);
            return room;
        }
    }

    /// <summary>Asks for the runner, before it does: it gets the same answer.</summary>
    public bool Foresee(RoomUse use, long bytes, NewMessage? message)
    {
        var granted = base.TryReserve(use, bytes, message is null ? null : RowOf(message));
        _foreseen.Enqueue((use, bytes, message?.Id, granted));
        return granted;
    }

    public override bool TryReserve(RoomUse use, long bytes, MessageRow? row = null)
    {
        if (!_foreseen.TryDequeue(out var foreseen))
            return base.TryReserve(use, bytes, row);
        return foreseen.Use == use && foreseen.Bytes == bytes && foreseen.Id == row?.Id
            ? foreseen.Granted
            : throw new InvalidOperationException($"The engine asks for {(use, bytes, row?.Id)}, the reference for {foreseen}.");
    }

    public override IEnumerable<MessageRow> TakeRows() => rows;

    public override void Attach(IRowRewriter rewriter) => base.Attach(new Relay(this, rewriter));

    /// <summary>Tells the journal of rows that were written again; false when there were none.</summary>
    public bool TellRewritten()
    {
        var done = _rewrites.FindAll(rewrite => rewrite.Done.IsCompleted);
        _rewrites.RemoveAll(done.Contains);
        foreach (var (task, told) in done)
        {
            if (task.Exception is { } failure)
                told.SetException(failure.InnerExceptions);
            else
                told.SetResult();
        }

        return done.Count > 0;
    }

    // What a journal may count of a message whose state changes.
    private static MessageRow RowOf(NewMessage message) => new()
    {
        Id = message.Id!,
        Sequence = 0,
        Priority = 0,
        EnqueuedAt = 0,
        Payload = [],
        PayloadKind = PayloadKind.None,
        Metadata = message.Metadata,
    };

    // The runner's tasks go on in the thread pool; these go on in the simulation's thread, when it says so.
    private sealed class Relay(SpiedJournal spy, IRowRewriter rewriter) : IRowRewriter
    {
        public Task RewriteAsync(IReadOnlyList<RowKey> rows, CancellationToken cancellationToken = default)
        {
            var told = new TaskCompletionSource();
            spy._rewrites.Add((rewriter.RewriteAsync(rows, cancellationToken), told));
            return told.Task;
        }
    }
}
