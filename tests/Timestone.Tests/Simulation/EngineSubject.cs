using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>The engine alone, on rows in memory. Bugs are planted by overriding.</summary>
internal class EngineSubject
{
    private readonly ChangeBatch _changes = new();
    private QueueEngine _engine;
    private long _epoch = 1;

    public EngineSubject(QueueRow queue)
    {
        Rows = new StoredRows(queue);
        _engine = new QueueEngine(queue, _epoch, []);
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

        var answer = EngineCommands.Ask(_engine, command);
        Store(_changes);
        _changes.Clear();
        return answer;
    }

    /// <summary>Throws the engine away and makes another of what is stored.</summary>
    public virtual void Reopen() => _engine = new QueueEngine(Rows.Queue, ++_epoch, Rows.Take());

    public void AssertInvariants() => _engine.AssertInvariants();

    protected virtual void Store(ChangeBatch changes) => Rows.Apply(changes);
}
