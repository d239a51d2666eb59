namespace Timestone.Journals.Files;

/// <summary>
/// Takes everything that waits, of all queues, writes it at once and flushes once. Anyone adds; one thread at a time writes.
/// </summary>
internal sealed class GroupCommit(SegmentedLog log, Reserve reserve, FileOutbox? outbox, FileJournalOptions options)
{
    // Larger groups are written in several writes, and larger records without a copy; there is one flush in any case.
    private const int MaxBufferBytes = 1024 * 1024;

    private readonly object _gate = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(Math.Min(MaxBufferBytes, options.SegmentBytes));
    private readonly List<LogWrite> _group = [];
    private List<LogWrite> _first = [];
    private List<LogWrite> _waiting = [];
    private long _groupBytes;
    private bool _closed;
    private bool _diedBefore;
    private volatile bool _failed;

    /// <summary>What is to be said where nothing could be written when it was last tried; null when it could. For anyone.</summary>
    public string? Trouble =>
        log.Death ?? (_failed ? "The journal could not be written to; it is tried again each second, and the log says why." : null);

    /// <summary>Adds to what waits.</summary>
    /// <param name="write">What to do.</param>
    /// <param name="first">Whether before everything else of its turn.</param>
    /// <exception cref="ObjectDisposedException">The journal was disposed.</exception>
    public void Add(LogWrite write, bool first = false)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(FileJournal));
            (first ? _first : _waiting).Add(write);
            if (_first.Count + _waiting.Count == 1)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes no more; what waits is still written.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits until something waits; false when nothing does and nothing will.</summary>
    public bool WaitForWork()
    {
        lock (_gate)
        {
            while (_first.Count + _waiting.Count == 0)
            {
                if (_closed)
                    return false;
                Monitor.Wait(_gate);
            }
        }

        return true;
    }

    /// <summary>One turn; false when nothing waited.</summary>
    /// <remarks>
    /// Who waits is answered last: with a manual driver that runs what follows inside this call, which may come back here.
    /// </remarks>
    public bool WritePending()
    {
        List<LogWrite> turn;
        lock (_gate)
        {
            if (_first.Count + _waiting.Count == 0)
                return false;
            (turn, _waiting) = (_waiting, []);
            if (_first.Count > 0)
            {
                _first.AddRange(turn);
                (turn, _first) = (_first, []);
            }
        }

        foreach (var write in turn)
            Gather(write);
        WriteGroup();
        TellOfDeath();
        foreach (var write in turn)
            write.Complete();
        outbox?.Published();
        return true;
    }

    private void Gather(LogWrite write)
    {
        try
        {
            write.Prepare();
            var bytes = write.Record.Length;
            if (bytes > 0 && !log.Fits(_groupBytes + bytes))
            {
                WriteGroup();
                log.Roll(bytes, write.MayUseReserve);
            }

            if (bytes > 0)
            {
                _group.Add(write);
                _groupBytes += bytes;
            }

            if (!write.NeedsFlush)
                return;
            WriteGroup();
            log.FlushAnswered();
        }
        catch (Exception failure)
        {
            Fail([write], failure, "A segment could not be begun or flushed.");
        }
    }

    private void WriteGroup()
    {
        if (_group.Count == 0)
            return;
        var written = false;
        try
        {
            log.ThrowIfDead();
            outbox?.Committing();
            written = true;
            WriteRecords();
            if (options.Durability == Durability.Fsync)
                log.Flush();
            log.Publish();
            outbox?.Committed();
            var difference = default(Tally);
            foreach (var write in _group)
                difference += write.OnDurable(log.Number);
            reserve.Update(difference, log.Remaining);
            _failed = false;
        }
        catch (Exception failure)
        {
            Fail(_group, failure, "A commit failed; its outcome is unknown.");
            if (written)
                Retreat();
        }

        _group.Clear();
        _groupBytes = 0;
    }

    private void WriteRecords()
    {
        var used = 0;
        foreach (var write in _group)
        {
            var record = write.Record;
            Frame.Place(record, log.Number, log.Flushed);
            log.Link(record);
            if (used + record.Length > _buffer.Length || _group.Count == 1)
            {
                log.Write(_buffer.AsSpan(0, used));
                used = 0;
            }

            if (record.Length > _buffer.Length || _group.Count == 1)
            {
                log.Write(record);
                continue;
            }

            record.CopyTo(_buffer.AsSpan(used));
            used += record.Length;
        }

        if (used > 0)
            log.Write(_buffer.AsSpan(0, used));
    }

    private void Retreat()
    {
        try
        {
            log.Retreat();
            reserve.Update(default, log.Remaining);
        }
        catch (Exception)
        {
            // The log is dead, and whoever waits is told so.
        }
    }

    private void Fail(List<LogWrite> writes, Exception failure, string what)
    {
        _failed = true;
        options.Notify?.Invoke(what, failure);
        foreach (var write in writes)
            write.Failure = new IOException($"{what} {failure.Message}", failure);
    }

    private void TellOfDeath()
    {
        if (_diedBefore || log.Death is not { } death)
            return;
        _diedBefore = true;
        options.Notify?.Invoke(death, log.CauseOfDeath);
    }
}
