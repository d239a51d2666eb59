using Timestone.Bench.Reporting;
using Timestone.Engine;

namespace Timestone.Bench.Engine;

/// <summary>
/// One engine kept at a depth: cycles of 2,000 enqueues, then as many dequeues and completions, in commands of a given size.
/// Only the engine's own work is measured; what callers bring (messages, settlements) is made outside.
/// </summary>
/// <remarks>
/// The engine's clock moves only while dequeueing, 50 ms at each 100 messages, so that with a retention of a second
/// every completion's removal is part of the time of dequeue+complete, and 2,000 terminal messages are kept at a time.
/// </remarks>
internal sealed class EngineLoad
{
    private const int CycleMessages = 2_000;
    private const int BatchMessages = 100;
    private const int BatchMilliseconds = 50;

    private readonly Shape _shape;
    private readonly MessageSource _source;
    private readonly QueueEngine _engine;
    private readonly ChangeBatch _changes = new();
    private long _now = 1_700_000_000_000;
    private long _dequeues;

    public EngineLoad(Shape shape, int depth)
    {
        _shape = shape;
        _source = new MessageSource(shape);
        _engine = new QueueEngine(shape.Queue, 1, []);
        // A filter's first use builds its index: that is not what a cycle measures.
        _engine.Begin(_now, _changes);
        _engine.Depth(null, shape.FilterOf(0));
        for (var filled = 0; filled < depth; filled += BatchMessages)
        {
            _engine.Begin(++_now, _changes);
            _engine.Enqueue(_source.Next(BatchMessages));
            _changes.Clear();
        }
    }

    public sealed record Round(Meter Enqueue, Meter Dequeue);

    /// <summary>Goes on for so many messages, in commands of so many each; 100 messages make a batch of changes in any case.</summary>
    public Round Run(int messages, int commandSize = BatchMessages)
    {
        var commands = new Queue<NewMessage[]>(Enumerable.Range(0, messages / commandSize).Select(_ => _source.Next(commandSize)));
        // What callers brought is theirs, and so is its garbage: the rounds before leave none to this one.
        GC.Collect(1);
        GC.Collect(1);
        var round = new Round(new Meter(), new Meter());
        for (var done = 0; done < messages; done += CycleMessages)
        {
            for (var i = 0; i < CycleMessages; i += BatchMessages)
                Enqueue(round.Enqueue, [.. Enumerable.Range(0, BatchMessages / commandSize).Select(_ => commands.Dequeue())]);
            for (var i = 0; i < CycleMessages; i += BatchMessages)
                DequeueAndComplete(round.Dequeue, commandSize);
        }

        return round;
    }

    private void Enqueue(Meter meter, NewMessage[][] commands)
    {
        meter.Start();
        Begin();
        foreach (var command in commands)
            _engine.Enqueue(command);
        _changes.Clear();
        meter.Stop(BatchMessages);
    }

    private void DequeueAndComplete(Meter meter, int commandSize)
    {
        _now += BatchMilliseconds;
        var request = new DequeueRequest { Max = commandSize, Filter = _shape.FilterOf(_dequeues++) };
        var taken = new List<Message>[BatchMessages / commandSize];
        meter.Start();
        Begin();
        for (var i = 0; i < taken.Length; i++)
            taken[i] = _engine.Dequeue(request);
        _changes.Clear();
        meter.Stop(0);

        var settlements = taken
            .Select(static messages =>
                messages.ConvertAll(static message => Settlement.Complete(new string(message.Id), message.LeaseToken!))
            )
            .ToArray();
        meter.Start();
        Begin();
        foreach (var command in settlements)
            _engine.Settle(command);
        _changes.Clear();
        meter.Stop(BatchMessages);
        if (settlements.Sum(static command => command.Count) != BatchMessages)
            throw new InvalidOperationException("The engine did not have what the load had put into it.");
    }

    private void Begin()
    {
        _engine.Begin(_now, _changes);
        if (!_engine.Advance(int.MaxValue))
            throw new InvalidOperationException("More is due than there is.");
    }
}
