using Timestone.Engine;
using Timestone.Journals.Files;

namespace Timestone.Tests.Simulation;

/// <summary>How owners change, processes and machines end, and everything is started again.</summary>
internal sealed partial class JournalSimulation
{
    // Another owner opens the queue while the one before knows nothing of it: what that one writes must come to nothing.
    private void TakeOver(SimulatedQueue queue)
    {
        _journey.Add(_time.Now, "opened by another owner", queue.Name);
        Counts.TakeOvers++;
        var before = queue.TakeAway();
        Reopen(queue);
        var written = before.ExecuteAsync(
            0,
            static (engine, _) => engine.Update(new QueueSettingsPatch { EnqueueBlocked = !engine.Queue.Settings.EnqueueBlocked })
        );
        _scheduler.RunAll();
        WriteAll();
        // Where there is no room it does not come to writing.
        if (
            !_disk.Stopped
            && written is not { Exception.InnerException: TimestoneException { Code: ErrorCode.Unavailable or ErrorCode.QueueFull } }
        )
            throw new SimulationFailure(Invariant.AcknowledgedIsKept, "An owner wrote although another one had opened the queue since.");
    }

    // An end in order: even what was answered before it was flushed outlasts it.
    private void ShutDown()
    {
        _journey.Add(_time.Now, "shut down");
        foreach (var queue in _queues.Where(queue => queue.IsOpen))
            queue.Close();
        _scheduler.RunAll();
        WriteAll();
        Hear();
        var disposal = _journal!.DisposeAsync();
        if (disposal.IsCompletedSuccessfully && !_disk.HasFailed)
        {
            PowerOn(powerLost: true);
            if (_disk is { OneInFails: 0, Capacity: long.MaxValue, IsUnwritable: false, FlushesFail: false })
                Losses.Check(_disk, _options, _random, Counts);
        }
        else
            _disk.Stop();
        foreach (var queue in _queues)
            queue.Die();
        if (!_disk.Stopped)
            Start();
    }

    private void Restart()
    {
        Counts.Crashes++;
        Hear();
        var unknown = _queues.Select(queue => (Queue: queue, Commands: queue.Die())).ToArray();
        var powerLost = _options.Durability == Durability.Fsync && _random.Next(3) > 0;
        _journey.Add(_time.Now, powerLost ? "power lost" : "process ended");
        PowerOn(powerLost);
        Start();
        // Callers that got no answer ask again.
        foreach (var (queue, commands) in unknown)
        {
            foreach (var command in commands.Where(_ => queue.IsOpen && _random.Next(2) == 0))
                queue.Send(command);
        }
    }

    private void PowerOn(bool powerLost)
    {
        _follower.Restart();
        _scheduler.Clear();
        _time.Clear();
        _compaction = null;
        _disk.Start(powerLost);
        if (powerLost)
            _time.Boot(_random);
        // Time passes while nothing runs, and somebody sets the clock right, or wrong.
        if (_random.Next(3) == 0)
            Pass(_random.NextInt64(10_000));
        if (_random.Next(3) == 0)
        {
            Jump(_random.NextInt64(-Hour, Hour));
            Counts.JumpsWithinBoot += powerLost ? 0 : 1;
        }
    }

    // Recovery can be stopped or fail, too; sooner or later it is left alone.
    private void Start()
    {
        for (var attempt = 0; ; attempt++)
        {
            if (attempt == 3)
                _disk.Calm();
            else if (!_calm && _random.Next(8) == 0)
                _disk.StopAfter(_random.Next(8));
            try
            {
                _journal = FileJournal.Open(_options);
                break;
            }
            catch (IOException failure)
                when (attempt == 3 || !_disk.HasFailed || failure.Message.Contains("is lost", StringComparison.Ordinal))
            {
                throw new SimulationFailure(Invariant.AcknowledgedIsKept, $"The journal refuses to start: {failure}");
            }
            catch (IOException failure)
            {
                _journey.Add(_time.Now, $"start failed: {failure.Message}");
                Counts.FailedStarts++;
                PowerOn(powerLost: _disk.Stopped && _options.Durability == Durability.Fsync && _random.Next(2) == 0);
            }
        }

        foreach (var queue in _queues)
            Reopen(queue);
    }

    private void Reopen(SimulatedQueue queue)
    {
        Hear();
        try
        {
            if (!_disk.Stopped)
                Open(queue);
            _scheduler.RunAll();
        }
        catch (IOException failure) when (_disk.HasFailed || _disk.Capacity < long.MaxValue)
        {
            // The journal may be past help: then the process has to be started again.
            _journey.Add(_time.Now, $"{queue.Name}: opening failed: {failure.Message}");
            _disk.Stop();
        }
    }

    // There may be no room to create it, until there is space again.
    private void Open(SimulatedQueue queue)
    {
        try
        {
            queue.Open(_journal!);
        }
        catch (JournalFullException)
        {
            _journey.Add(_time.Now, "space to create a queue", queue.Name);
            _disk.Capacity = long.MaxValue;
            Housekeep();
            queue.Open(_journal!);
        }
    }
}
