using Timestone.Engine;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>One run of the engine alone against the reference: random commands, clock jumps, a scarce disk, reopening.</summary>
internal sealed class EngineSimulation
{
    private const string Queue = "simulated";
    private const long Beginning = 1_700_000_000_000;

    private readonly Random _random;
    private readonly Journey _journey;
    private readonly ReferenceQueue _reference;
    private readonly EngineSubject _subject;
    private readonly CommandGenerator _generator;
    private readonly int _steps;
    private long _now = Beginning;

    private EngineSimulation(int seed, Func<QueueRow, EngineSubject>? make)
    {
        _random = new Random(seed);
        _journey = new Journey("engine", seed);
        // One run in two hundred is large: what is a tree or a table then has more than one node.
        var large = _random.Next(200) == 0;
        _steps = large ? 200 : _random.Next(20, 140);
        var settings = CommandGenerator.Settings(_random) with { MaxDepth = 0 };
        _reference = new ReferenceQueue(Queue, settings, Jitter.Of);
        _generator = new CommandGenerator(_random, _reference, ids: large ? 400 : _random.Next(3, 14), largestPayload: 40, waits: false);
        var row = new QueueRow(Queue, settings, Beginning);
        _subject = make?.Invoke(row) ?? new EngineSubject(row, Filters());
    }

    /// <summary>Runs what a seed leads to.</summary>
    /// <exception cref="SimulationFailure">An invariant did not hold.</exception>
    public static (SweepCounts Sweeps, WatchCounts Watches) Run(int seed, Func<QueueRow, EngineSubject>? make = null)
    {
        var simulation = new EngineSimulation(seed, make);
        try
        {
            simulation.Run();
            return (simulation._reference.Sweeps, simulation._reference.Watches);
        }
        catch (SimulationFailure failure)
        {
            throw simulation._journey.Report(failure.Invariant, failure.Message, failure);
        }
        catch (Exception exception)
        {
            throw simulation._journey.Report(Invariant.AnswersEqualReference, exception.ToString(), exception);
        }
    }

    // So few indexes that key sets must do without, and so few messages looked at that they need one.
    private FilterLimits Filters()
    {
        var indexes = _random.Next(1, 4);
        return new FilterLimits(indexes, _random.Next(1, 4), Looks: _random.Next(5), Rent: _random.Next(2), Least: _random.Next(2) * 10);
    }

    private void Run()
    {
        for (var step = 0; step < _steps; step++)
        {
            _now = _generator.NextTime(_now);
            if (_random.Next(25) == 0)
                Reopen();
            else
                Do(
                    _generator.Next(),
                    _random.Next(16) switch
                    {
                        0 => JournalRoom.WorkOnly,
                        1 => JournalRoom.SettleOnly,
                        _ => JournalRoom.Ample,
                    }
                );
            if (_random.Next(8) == 0)
                _subject.AssertInvariants();
        }

        Do(new ListCommand(null, 5), JournalRoom.Ample);
        Do(new StatsCommand(), JournalRoom.Ample);
        _subject.AssertInvariants();
    }

    private void Do(Command command, JournalRoom room)
    {
        _journey.Add(_now, command);
        var answer = _subject.Answer(_now, command, room);
        _journey.Answered(answer);
        Judge.Check(_reference, _reference.Answer(_now, command, room), answer);
        if (answer is DequeueResult dequeued)
            _generator.Learn(dequeued);
    }

    private void Reopen()
    {
        _journey.Add(_now, "reopen");
        _subject.Reopen();
        _reference.Reopen();
    }
}
