using Timestone.Engine;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>The engine alone, on rows in memory. Bugs are planted by overriding.</summary>
internal class EngineSubject
{
    private static readonly Metadata[] Probes =
    [
        Metadata.Of("a", "x"),
        Metadata.From([new("a", "x"), new("b", "y")]),
        Metadata.Of("c", "z"),
        Metadata.From([new("a", "y"), new("b", "y"), new("c", "y")]),
        Metadata.Of("b", "x"),
    ];

    private readonly ChangeBatch _changes = new();
    private readonly FilterLimits _limits;
    private QueueEngine _engine;
    private long _epoch = 1;
    private EngineSweeps _sweeps = new();
    private int _steps;

    public EngineSubject(QueueRow queue, FilterLimits? limits = null)
    {
        Rows = new StoredRows(queue);
        _limits = limits ?? FilterLimits.Default;
        _engine = new QueueEngine(queue, _epoch, [], 0, _limits);
    }

    protected StoredRows Rows { get; }

    /// <summary>Does what is asked at a time, stores what changed, and answers.</summary>
    public virtual object Answer(long now, Command command, JournalRoom room)
    {
        _engine.Begin(now, _changes, room);
        while (!_engine.Advance(limit: 3))
        {
            // More is due.
        }

        // Indexes that are being built while commands change what they hold.
        _engine.Build(++_steps % 4);
        if (_steps % 3 == 0)
            _engine.TryDepth(null, Probes[_steps % Probes.Length]);
        var answer = EngineCommands.Ask(_engine, command, _sweeps);
        Store(_changes);
        _changes.Clear();
        return answer;
    }

    /// <summary>Throws the engine away and makes another of what is stored.</summary>
    public virtual void Reopen() =>
        (_engine, _sweeps) = (new QueueEngine(Rows.Queue, ++_epoch, Rows.Take(), 0, _limits), new EngineSweeps());

    public void AssertInvariants() => _engine.AssertInvariants();

    protected virtual void Store(ChangeBatch changes) => Rows.Apply(changes);
}
