using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>
/// One run of a whole node: queues, their runners and the file journal, on a disk that fails, fills up and stops in the middle
/// of any operation; then everything that was acknowledged must still be there, and what was not may be there or not.
/// One thread, one order of events: the seed decides everything.
/// </summary>
internal sealed partial class JournalSimulation
{
    // What goes on for longer than this goes on for ever.
    private const int MostAtOneTime = 1000;
    private const long Hour = 3_600_000;

    private readonly Random _random;
    private readonly Journey _journey;
    private readonly SimulatedTime _time = new();
    private readonly SimulatedScheduler _scheduler = new();
    private readonly SimulatedDisk _disk;
    private readonly FileJournalOptions _options;
    private readonly SimulatedQueue[] _queues;
    private FileJournal? _journal;
    private readonly OutboxFollower _follower = new();
    private Task<bool>? _compaction;
    private bool _calm;

    private JournalSimulation(int seed, Sabotage sabotage)
    {
        _random = new Random(seed);
        _journey = new Journey("journal", seed);
        _disk = new SimulatedDisk(_random) { LiesAboutFlushes = sabotage.LiesAboutFlushes, LosesMarks = sabotage.LosesMarks };
        _options = new FileJournalOptions
        {
            Manual = true,
            Disk = _disk,
            TimeProvider = _time,
            BootClock = () => new BootTime(_time.Machine.Boot, _time.Machine.Since),
            SegmentBytes = 1024 * (_random.Next(3) > 0 ? 4 : _random.Next(4, 17)),
            Durability = _random.Next(5) == 0 ? Durability.Os : Durability.Fsync,
            Outbox = _random.Next(4) > 0,
            OutboxLimitBytes = _random.Next(4) > 0 ? long.MaxValue : 1024 * _random.Next(4, 32),
            Notify = (text, _) => _journey.Add(_time.Now, $"journal: {text}"),
        };
        _queues = [.. Enumerable.Range(1, _random.Next(1, 3)).Select(number =>
            new SimulatedQueue($"q{number}", _random, _time, _scheduler, _journey, sabotage.OfJournal))];
    }

    /// <summary>What this run was like.</summary>
    public SimulationCounts Counts { get; } = new();

    /// <summary>Runs what a seed leads to.</summary>
    /// <exception cref="SimulationFailure">An invariant did not hold.</exception>
    public static SimulationCounts Run(int seed, Sabotage? sabotage = null)
    {
        var simulation = new JournalSimulation(seed, sabotage ?? new Sabotage());
        var context = SynchronizationContext.Current;
        // What awaits something goes on where that ends, not in a context of the test's.
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            simulation.Run();
            return simulation.Counts;
        }
        catch (SimulationFailure failure)
        {
            throw simulation._journey.Report(failure.Invariant, failure.Message, failure);
        }
        catch (Exception exception)
        {
            throw simulation._journey.Report(Invariant.AnswersEqualReference, exception.ToString(), exception);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void Run()
    {
        Start();
        for (var steps = _random.Next(10) == 0 ? 150 : _random.Next(20, 70); steps > 0; steps--)
        {
            MoveClocks();
            Act();
            Settle();
            if (_disk.Stopped)
                Restart();
            foreach (var queue in _queues.Where(queue => !queue.IsOpen))
                Reopen(queue);
        }

        Finish();
    }

    // The generator says how long to wait, by the time of one of the queues. Now and then the wall clock jumps, which the monotonic one
    // does not.
    private void MoveClocks()
    {
        var queue = _queues[_random.Next(_queues.Length)];
        var now = _time.Now + queue.Ahead;
        var wait = queue.Generator.NextTime(now) - now;
        if (wait >= 0)
            Pass(queue.Ahead > 0 ? (wait + 98) * 100 / 99 : wait);
        else
            Jump(wait);
        if (_random.Next(25) == 0)
            Jump(_random.Next(2) == 0 ? -_random.NextInt64(2 * Hour) : _random.NextInt64(2 * Hour));
        FireTimers();
    }

    private void Pass(long milliseconds)
    {
        _time.Now += milliseconds;
        _time.Elapsed += milliseconds;
    }

    private void Jump(long milliseconds)
    {
        _journey.Add(_time.Now, $"the wall clock jumps by {milliseconds} ms");
        Counts.JumpsForward += milliseconds > 0 ? 1 : 0;
        Counts.JumpsBack += milliseconds < 0 ? 1 : 0;
        _time.Now += milliseconds;
        _time.Elapsed += _random.Next(100);
    }

    private void FireTimers()
    {
        for (var fired = 0; _time.FireOne(); fired++)
        {
            if (fired == MostAtOneTime)
                throw new SimulationFailure(Invariant.AnswersEqualReference, "Timers fire again and again while the clock stands.");
            _scheduler.RunAll();
        }
    }

    private void Act()
    {
        var queue = _queues[_random.Next(_queues.Length)];
        if (_disk.Stopped || !queue.IsOpen)
            return;
        switch (_random.Next(42))
        {
            case 0:
                queue.GiveUpOne();
                break;
            case 1:
                queue.Send(new DeleteCommand());
                break;
            case 2:
                queue.Close();
                break;
            case 3:
                TakeOver(queue);
                break;
            case 4:
                ShutDown();
                break;
            case 5:
            case 6:
                _disk.StopAfter(_random.Next(12));
                break;
            case 12:
                _disk.Stop();
                break;
            case 13:
            case 14:
                Follow();
                break;
            case 15:
                GoOnWithoutSpace();
                break;
            case 7:
                _disk.OneInFails = _disk.OneInFails > 0 ? 0 : _random.Next(4, 40);
                break;
            case 8:
                _disk.Capacity = _disk.Capacity < long.MaxValue ? long.MaxValue : _disk.Used + _random.Next(4 * _options.SegmentBytes);
                break;
            case 40:
                _journey.Add(_time.Now, "the directory becomes unwritable, or writable");
                _disk.IsUnwritable = !_disk.IsUnwritable;
                break;
            case 41:
                _journey.Add(_time.Now, "flushes fail");
                _disk.FlushesFail = true;
                break;
            case 9:
                Housekeep();
                break;
            case 10:
            case 11:
                _journey.Add(_time.Now, "compact");
                _compaction ??= _journal!.CompactAsync();
                break;
            default:
                for (var calls = _random.Next(1, 4); calls > 0; calls--)
                    queue.Send(queue.Generator.Next());
                break;
        }
    }

    // Lets everything go on that can; now and then without the disk, so that several batches come together.
    private void Settle()
    {
        Counts.Refusals += _journal!.Room == JournalRoom.Ample ? 0 : 1;
        _scheduler.RunAll();
        if (_random.Next(5) > 0)
            WriteAll();
        Hear();
    }

    private void WriteAll()
    {
        for (var written = 0; !_disk.Stopped && (_journal!.WritePending() | TellRewritten()); written++)
        {
            if (written == MostAtOneTime)
                throw new SimulationFailure(Invariant.AnswersEqualReference, "The journal goes on writing while the clock stands.");
            _scheduler.RunAll();
        }

        if (_compaction is not { IsCompleted: true } compaction)
            return;
        if (compaction is { IsCompletedSuccessfully: true, Result: true })
            Counts.Compactions++;
        if (compaction.Exception?.InnerException is { } failure and not (IOException or TimestoneException))
            throw failure;
        _compaction = null;
    }

    private bool TellRewritten() => Array.ConvertAll(_queues, queue => queue.TellRewritten()).Contains(true);

    private void Hear()
    {
        foreach (var queue in _queues)
        {
            if (queue.Hear() is not { } end)
                continue;
            Counts.Poisonings++;
            if (!_disk.HasFailed)
                throw new SimulationFailure(
                    Invariant.AnswersEqualReference,
                    $"A queue failed although the disk did not, or was only full: {end.Poison}"
                );
        }
    }

    // Nothing fails but for want of space, and there is none: what was accepted can be settled all the same, the process can be
    // started again, and compaction goes on. With space everything does.
    private void GoOnWithoutSpace()
    {
        _journey.Add(_time.Now, "no space left");
        _disk.Calm();
        if (_random.Next(2) == 0)
            Housekeep();
        _disk.Capacity = _disk.Used;
        for (var rounds = _random.Next(10); rounds > 0; rounds--)
        {
            var queue = _queues[_random.Next(_queues.Length)];
            queue.Send(queue.Generator.Next());
            SettleAll();
            if (_random.Next(3) == 0)
                Compact(most: 2);
            if (_disk.Stopped)
                return;
        }

        if (_random.Next(2) == 0)
        {
            _disk.Stop();
            _calm = true;
            Restart();
            _calm = false;
            SettleAll();
        }

        foreach (var queue in _queues)
        {
            foreach (
                var completion in queue
                    .Completions(new string('c', Limits.MaxResultBytes - 2))
                    .TakeWhile(_ => queue.IsOpen && !_disk.Stopped)
            )
            {
                queue.Send(completion);
                if (_random.Next(2) == 0)
                    SettleAll();
            }
        }

        SettleAll();
        Compact(most: 200);
        if (_disk.Stopped)
            return;
        _disk.Capacity = long.MaxValue;
        Housekeep();
        if (_journal!.Room != JournalRoom.Ample)
            throw new SimulationFailure(
                Invariant.AnswersEqualReference,
                $"There is space again, and the journal takes it for {_journal.Room}."
            );
        Counts.TimesWithoutSpace++;
    }

    private void SettleAll()
    {
        _scheduler.RunAll();
        WriteAll();
        Hear();
        foreach (var queue in _queues.Where(queue => !queue.IsOpen))
            Reopen(queue);
    }

    private void Compact(int most)
    {
        for (var steps = 0; steps < most; steps++)
        {
            var compaction = _compaction ??= _journal!.CompactAsync();
            SettleAll();
            if (compaction is not { IsCompletedSuccessfully: true, Result: true })
                return;
        }
    }

    // Without failures, everything goes on to its end.
    private void Finish()
    {
        _calm = true;
        _disk.Calm();
        for (var attempt = 0; _disk.Stopped || _queues.Any(queue => !queue.IsOpen); attempt++)
        {
            if (attempt == 10)
                throw new SimulationFailure(Invariant.AcknowledgedIsKept, "A queue cannot be opened although nothing fails any more.");
            if (_disk.Stopped)
                Restart();
            foreach (var queue in _queues.Where(queue => !queue.IsOpen))
                Reopen(queue);
        }

        foreach (var queue in _queues)
            queue.Send(new ListCommand(null, 4));
        for (var i = 0; i < 4; i++)
        {
            Pass(10_200);
            FireTimers();
            _scheduler.RunAll();
            WriteAll();
            Hear();
        }

        if (_queues.FirstOrDefault(queue => queue.Unanswered > 0) is { } silent)
            throw new SimulationFailure(
                Invariant.AnswersEqualReference,
                $"'{silent.Name}' leaves {silent.Unanswered} calls without an answer."
            );
        _disk.Stop();
        Restart();
        // A queue that is opened again can find its time a little later than it was.
        WriteAll();
        Hear();
        CheckOutbox();
        Counts.BatchesAhead += _queues.Sum(queue => queue.TimesAhead);
    }

    private void Follow()
    {
        if (_journal!.Outbox is not { } outbox)
            return;
        _journey.Add(_time.Now, "follow the outbox");
        try
        {
            _follower.Follow(outbox, _random);
        }
        catch (IOException) when (_disk.HasFailed || _disk.Capacity < long.MaxValue)
        {
            // It is tried again when it is next its turn.
        }
    }

    private void CheckOutbox()
    {
        if (_journal!.Outbox is not { } outbox)
            return;
        // First the queues: what their owners have left unwritten is written or refused with that, and nothing follows.
        var queues = new Dictionary<string, (QueueRow, MessageRow[])>();
        foreach (var queue in _queues)
        {
            if (_journal.OpenAsync(queue.Name).AsTask().Result is { } found)
                queues.Add(queue.Name, (found.Queue, found.TakeRows().ToArray()));
        }

        _follower.Follow(outbox, null);
        _follower.Check(queues);
        OutboxFollower.CheckEarliest(outbox, queues);
        Counts.Gaps += _follower.HasGap ? 1 : 0;
        foreach (var queue in _queues)
        {
            Counts.Sweeps.Add(queue.Sweeps);
            Counts.Watches.Add(queue.Watches);
        }
    }

    private void Housekeep()
    {
        _journey.Add(_time.Now, "housekeep");
        try
        {
            _journal!.Housekeep();
        }
        catch (IOException) when (_disk.HasFailed)
        {
            // It is tried again at its next time.
        }
    }
}
