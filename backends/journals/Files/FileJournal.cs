using System.Diagnostics;
using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Journals.Files;

/// <summary>
/// The embedded journal: one append-only log of segments for all queues of a node, in a directory that it locks.
/// </summary>
/// <remarks>
/// <para>
/// A commit is encoded by its caller, written by one writer thread together with whatever else waits, flushed once with it,
/// and then answered. A housekeeping task keeps space set aside (<see cref="Reserve"/>) and compacts (<see cref="Compactor"/>).
/// The layout of the files is in docs/file-journal.md.
/// </para>
/// <para>
/// To drive it from a simulator, set <see cref="FileJournalOptions.Manual"/> and <see cref="FileJournalOptions.Disk"/>, and use
/// it from one thread:
/// </para>
/// <list type="bullet">
/// <item><see cref="Open"/> recovers, and writes a first record, before it returns. All calls of <see cref="IJournalDisk"/> are
/// made inside the calls of this class and of its queues.</item>
/// <item><see cref="ListQueuesAsync"/> and <see cref="OpenAsync"/> have ended when they return. Where an opening has to create
/// the queue, or to read it once more, it calls <see cref="WritePending"/>, which writes what else waits too.</item>
/// <item><see cref="IQueueJournal.CommitAsync"/> only adds to what waits. <see cref="WritePending"/> writes one group and ends
/// its tasks; what awaits them with <c>ConfigureAwait(false)</c>, or without a synchronization context, runs inside that call.</item>
/// <item><see cref="Housekeep"/> sets space aside. A group that finds too little does it by itself.</item>
/// <item><see cref="CompactAsync"/> ends only when the owners have written their rows: call it, then let the owners and
/// <see cref="WritePending"/> go on until its task ends. Dropping it half way is like a crash.</item>
/// <item>A crash is to drop the journal without disposing it, and to open another one on what the disk has kept. A journal
/// has nothing that runs on by itself or is finalized.</item>
/// </list>
/// </remarks>
public sealed class FileJournal : IJournal
{
    private static readonly TimeSpan HousekeepingPeriod = TimeSpan.FromSeconds(1);

    private readonly FileJournalOptions _options;
    private readonly IJournalDisk _disk;
    private readonly Spares _spares;
    private readonly Reserve _reserve;
    private readonly HighWaterMark _mark;
    private readonly SegmentedLog _log;
    private readonly GroupCommit _commits;
    private readonly QueueCatalog _queues;
    private readonly Compactor _compactor;
    private readonly FileOutbox? _outbox;
    private readonly Lock _scanning = new();
    private Thread? _writer;
    private BackgroundLoop? _housekeeping;
    private readonly long _start;
    private readonly Lock _identifying = new();
    private string? _id;
    private long _epoch;
    private int _disposed;

    private FileJournal(FileJournalOptions options, IJournalDisk disk)
    {
        (_options, _disk) = (options, disk);
        var began = Stopwatch.GetTimestamp();
        var recovery = new Recovery(disk, options.AcceptDataLoss ? RecoveryMode.Accept : RecoveryMode.Refuse);
        recovery.Run();
        _mark = HighWaterMark.Keep(disk, recovery.Mark, recovery.Remembered, accepting: recovery.Losses.Count > 0);
        _queues = new QueueCatalog(recovery.Replay.Queues.Values, options.Outbox);
        var duration = Stopwatch.GetElapsedTime(began);

        var start = recovery.Starts + 1;
        _epoch = start << 32;
        _spares = new Spares(disk, options.SegmentBytes);
        _log = new SegmentedLog(disk, _spares, _mark, recovery, start);
        Recovered = Report(recovery, duration);
        _reserve = new Reserve(_spares, options.SegmentBytes, options.Notify);
        var total = _queues.Existing.Aggregate(default(Tally), static (sum, queue) => sum + queue.Tally);
        _reserve.Update(total, _log.Remaining);
        _outbox = options.Outbox ? new FileOutbox(disk, _log, _mark, recovery, _queues, options) : null;
        _commits = new GroupCommit(_log, _reserve, _outbox, options);
        _compactor = new Compactor(this, disk, _log, _queues, _reserve, _outbox, options.SegmentBytes);
        _start = start;
        var oldest = _log.Segments is [var first, ..] ? first.Number : recovery.Newest + 1;
        WriteNow([new StartRecord(start), .. recovery.Amendments()]);
        _mark.Started(start, oldest, recovery.Losses.Count > 0 ? recovery.Newest + 1 : null);
        Housekeep();
    }

    /// <summary>What the start has found.</summary>
    public RecoveryReport Recovered { get; }

    /// <inheritdoc/>
    public IOutbox? Outbox => _outbox;

    /// <summary>What there is room for.</summary>
    public JournalRoom Room => _reserve.Room;

    /// <inheritdoc/>
    public JournalSpace? Space
    {
        get
        {
            var (reserved, needed) = _reserve.Bytes;
            return new JournalSpace(_reserve.Room, _disk.FreeBytes, reserved, needed);
        }
    }

    /// <summary>Bytes of log on the disk, space set aside not included.</summary>
    public long LogBytes => _log.Bytes;

    /// <summary>
    /// That nothing can be written, as a sentence: the last try failed, and another one follows within a second, or it failed in a
    /// way that only another start resolves. Null while all is well.
    /// </summary>
    public string? Trouble => _commits.Trouble;

    /// <summary>
    /// Why there is not room for everything, as sentences, where that is not for want of space; null where there is room, or no space.
    /// </summary>
    public string? TroubleSettingAside => _reserve.Trouble;

    internal bool Manual => _options.Manual;

    internal BootTime? BootTime => _options.BootClock();

    internal Reserve Reserve => _reserve;

    /// <summary>Opens the journal of a directory: reads its log and, unless it is driven by hand, starts its threads.</summary>
    /// <exception cref="IOException">Another process has it; the log is damaged; or the disk fails or is full.</exception>
    public static FileJournal Open(FileJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var disk = options.Disk ?? new DirectoryDisk(options.Directory);
        try
        {
            var journal = new FileJournal(options, disk);
            if (!options.Manual)
                journal.Run();
            return journal;
        }
        catch
        {
            (disk as DirectoryDisk)?.Dispose();
            throw;
        }
    }

    /// <summary>Looks at the journal of a directory, which nobody else may have open, and changes nothing.</summary>
    /// <returns>What a start would find, cut off and refuse.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no journal.</exception>
    /// <exception cref="UnreadableLogException">A start refuses it whatever is accepted.</exception>
    /// <exception cref="IOException">A process has it; or the disk failed.</exception>
    public static RecoveryReport Verify(string directory)
    {
        using var disk = new DirectoryView(directory);
        var began = Stopwatch.GetTimestamp();
        var recovery = new Recovery(disk, RecoveryMode.Look);
        recovery.Run();
        recovery.Active?.File.Dispose();
        recovery.Mark?.Dispose();
        return Report(recovery, Stopwatch.GetElapsedTime(began));
    }

    /// <inheritdoc/>
    public ValueTask<string?> ReadIdAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return Volatile.Read(ref _id) is { } known ? new(known) : Manual ? new(Identify()) : new(Task.Run(Identify, cancellationToken));

        string? Identify()
        {
            lock (_identifying)
                return _id ??= StoreId.Keep(_disk, _options.Notify);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return new(_queues.Names);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The queue cannot be created or read.</exception>
    public async ValueTask<IQueueJournal?> OpenAsync(string queue, QueueRow? create = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        if (create is not null && create.Name != queue)
            throw new ArgumentException("The row is of another queue.", nameof(create));
        while (true)
        {
            ThrowIfDisposed();
            _log.ThrowIfDead();
            // Names that are refused are not remembered.
            var state = _queues.Find(queue, add: create is not null && Room == JournalRoom.Ample);
            if (state is null && create is not null)
                throw Full();
            if (state is null)
                return null;
            await state.Opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (!state.Deleted)
                    return await OpenUnderGateAsync(state, create).ConfigureAwait(false);
            }
            finally
            {
                state.Opening.Release();
            }
        }
    }

    /// <summary>For a driver by hand: writes everything that waits and ends its tasks; false when nothing waited.</summary>
    public bool WritePending()
    {
        // Under a synchronization context, such as a test runner's, what follows would run elsewhere and later.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return _commits.WritePending();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>
    /// For a driver by hand: sets space aside ahead of need, or tries again to, has a record written to find out whether that goes
    /// again where it failed, and makes durable how far the log is and what readers of the outbox have acknowledged.
    /// </summary>
    /// <exception cref="IOException">The disk failed; it can be tried again.</exception>
    public void Housekeep()
    {
        if (_commits.Trouble is not null && _log.Death is null)
            Add(new StartRecord(_start));
        _reserve.Replenish();
        try
        {
            _log.SaveMark();
        }
        finally
        {
            _outbox?.Save();
        }
    }

    /// <summary>
    /// For a driver by hand: deletes the oldest segment if that is worth it, after the owners have written what is needed of it
    /// again. Answers whether it did; false also when some owner is not there.
    /// </summary>
    /// <exception cref="IOException">The disk failed; the segment is still there, or gone entirely.</exception>
    public Task<bool> CompactAsync(CancellationToken cancellationToken = default) => _compactor.StepAsync(cancellationToken);

    /// <summary>Writes what waits, and closes. Commits that come later fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (_housekeeping is not null)
            await _housekeeping.DisposeAsync().ConfigureAwait(false);
        try
        {
            // Flushed, so that also answers given without a flush outlast what comes after a clean end.
            _commits.Add(new EndRecord(_options.Manual));
        }
        finally
        {
            _commits.Close();
        }

        if (_writer is null)
            WritePending();
        else
            _writer.Join();
        try
        {
            _log.SaveMark();
            _outbox?.Save();
        }
        catch (IOException failure)
        {
            _options.Notify?.Invoke(
                "How far the log and the readers of the outbox are could not be written: some of it is read again.",
                failure
            );
        }

        _outbox?.Dispose();
        _mark.Dispose();
        _log.Dispose();
        _spares.Dispose();
        (_disk as DirectoryDisk)?.Dispose();
    }

    internal void Add(LogWrite write, bool first = false) => _commits.Add(write, first);

    /// <summary>Writes again what a queue is; ends when that is durable.</summary>
    internal Task RestateAsync(QueueState queue, long segment)
    {
        var restatement = new Restatement(queue, segment, Manual);
        Add(restatement, first: true);
        return restatement.Task;
    }

    /// <summary>Writes again which sequence a queue gave out last; ends when that is durable.</summary>
    internal Task NoteSequenceAsync(QueueState queue, long segment)
    {
        var note = new SequenceNote(queue, segment, Manual);
        Add(note, first: true);
        return note.Task;
    }

    /// <summary>Deletes the oldest segment when everything written so far has been flushed.</summary>
    internal async Task DeleteOldestAsync(long number)
    {
        await TakeTurnAsync(flush: true).ConfigureAwait(false);
        lock (_scanning)
            _log.DeleteOldest(number);
        Housekeep();
    }

    private async Task<IQueueJournal?> OpenUnderGateAsync(QueueState state, QueueRow? create)
    {
        state.Owner = null;
        var epoch = Interlocked.Increment(ref _epoch);
        state.Epoch = epoch;
        if (state.TakeRecovered() is { } recovered)
            return new FileQueueJournal(this, state, epoch, state.Row!, recovered);

        // What the opening before has committed without an end gets one: it is written, or finds its epoch over.
        await TakeTurnAsync(flush: false).ConfigureAwait(false);
        if (state.Row is { } row)
            return new FileQueueJournal(this, state, epoch, row, ReadAgain(state));
        if (create is null || state.Deleted)
            return null;
        var created = new FileQueueJournal(this, state, epoch, create, null);
        if (!created.TryReserve(RoomUse.Extra, QueueRow.MaxBytes))
            throw Full();
        var commit = created.CommitAsync(new ChangeBatch { Queue = create });
        if (Manual)
            WritePending();
        await commit.ConfigureAwait(false);
        return created;
    }

    private static JournalFullException Full() => new("The journal has no room for a new queue: its disk is full.");

    private static RecoveryReport Report(Recovery recovery, TimeSpan duration)
    {
        var lengths = recovery.Closed.Select(static segment => segment.Length).Append(recovery.Active?.Segment.Length ?? 0).ToArray();
        var queues = recovery.Replay.Queues.Values.Where(static queue => !queue.Deleted).ToArray();
        var messages = queues.Sum(static queue => (long)queue.Rows.Count);
        var segments = lengths.Count(static length => length > 0);
        var isNew = recovery.Starts == 0 && recovery.Losses.Count == 0;
        return new RecoveryReport(
            segments,
            lengths.Sum(),
            queues.Length,
            messages,
            recovery.Replay.HasEnded,
            isNew,
            recovery.TornTail,
            recovery.Losses,
            duration
        );
    }

    private void WriteNow(Turn[] turns)
    {
        foreach (var turn in turns)
            _commits.Add(turn);
        _commits.WritePending();
        if (turns.Select(static turn => turn.Failure).FirstOrDefault(static failure => failure is not null) is { } failure)
            throw failure;
    }

    private Task TakeTurnAsync(bool flush)
    {
        var turn = new Turn(Manual, flush);
        Add(turn);
        if (Manual)
            WritePending();
        return turn.Task;
    }

    // Nothing of this queue is being committed meanwhile, and no segment is deleted.
    private IEnumerable<MessageRow> ReadAgain(QueueState state)
    {
        lock (_scanning)
        {
            _log.ThrowIfDead();
            var replay = new Replay(state.Number);
            var buffer = new SegmentBuffer();
            foreach (var segment in _log.Segments)
            {
                // Of one whose header was lost nothing is left, which was accepted.
                if (segment.Length == 0)
                    continue;
                var (end, _) = replay.Apply(buffer.Read(_disk, segment), segment.Number);
                if (end != segment.Length)
                    throw new IOException($"{FileNames.Segment(segment.Number)} is damaged at offset {end}.");
            }

            replay.CheckComplete();
            return replay.Queues[state.Number].Rows.InOrder();
        }
    }

    private void Run()
    {
        _housekeeping = BackgroundLoop.Every(
            HousekeepingPeriod,
            HousekeepAsync,
            NotHousekept,
            first: HousekeepingPeriod,
            time: _options.TimeProvider
        );
        _writer = new Thread(Write) { IsBackground = true, Name = "Timestone journal" };
        _writer.Start();
    }

    private void Write()
    {
        while (_commits.WaitForWork())
        {
            var troubled = _commits.Trouble is not null;
            _commits.WritePending();
            if ((_reserve.WantsMore && !_reserve.Full) || (_commits.Trouble is not null && !troubled))
                _housekeeping!.Wake();
        }
    }

    private async Task HousekeepAsync(CancellationToken stopping)
    {
        Housekeep();
        while (await CompactAsync(stopping).ConfigureAwait(false))
        {
            // The next one may be worth it too.
        }
    }

    private void NotHousekept(Exception problem)
    {
        // An owner that gave up is asked again at the next period.
        if (problem is not OperationCanceledException)
            _options.Notify?.Invoke("Housekeeping of the journal failed; it will be tried again.", problem);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed != 0, this);
}
