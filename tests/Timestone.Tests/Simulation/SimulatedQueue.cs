using Timestone.Engine;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>
/// A queue under simulation: its runner, its callers, and the reference beside it. The reference applies each call when the
/// runner does, and holds its answer until the runner gives its own.
/// </summary>
internal sealed class SimulatedQueue
{
    private readonly Random _random;
    private readonly SimulatedTime _time;
    private readonly SimulatedScheduler _scheduler;
    private readonly Journey _journey;
    private readonly Func<IQueueJournal, IQueueJournal> _sabotage;
    private readonly List<Call> _sent = [];
    private readonly List<Call> _waiting = [];
    private readonly List<Call> _applied = [];
    private ReferenceQueue _reference;
    private History _history;
    private QueueRunner? _runner;
    private SpiedJournal? _journal;
    private List<SpiedJournal> _journals = [];
    private EngineSweeps _sweeps = new();
    private bool _closing;
    private int _creations;

    public SimulatedQueue(
        string name,
        Random random,
        SimulatedTime time,
        SimulatedScheduler scheduler,
        Journey journey,
        Func<IQueueJournal, IQueueJournal> sabotage
    )
    {
        (Name, _random, _time, _scheduler, _journey, _sabotage) = (name, random, time, scheduler, journey, sabotage);
        _reference = new ReferenceQueue(name, new QueueSettings(), Jitter.Of) { Deleted = true };
        _history = new History(_reference);
        Generator = new CommandGenerator(random, _reference, ids: random.Next(3, 12), largestPayload: 1500, waits: true);
    }

    public string Name { get; }

    public CommandGenerator Generator { get; }

    public bool IsOpen => _runner is { Stopped.IsCompleted: false };

    /// <summary>What sweeps met.</summary>
    public SweepCounts Sweeps => _reference.Sweeps;

    /// <summary>What watches found.</summary>
    public WatchCounts Watches => _reference.Watches;

    /// <summary>How many batches it began while its time was ahead of the wall clock.</summary>
    public int TimesAhead { get; private set; }

    /// <summary>How far its time is ahead of the wall clock at this moment, in milliseconds.</summary>
    public long Ahead => Math.Max(0, _reference.Peek(_time.Elapsed) - _time.Now);

    /// <summary>Calls without an answer.</summary>
    public int Unanswered => _sent.Count + _waiting.Count + _applied.Count;

    /// <summary>Opens the queue, which must be found as it was left: in a state that may be durable. Creates it if it is gone.</summary>
    public void Open(IJournal journal)
    {
        var found = Ended(journal.OpenAsync(Name));
        var rows = found?.TakeRows().ToArray() ?? [];
        Recognise(found?.Queue, rows);
        if (found is null)
        {
            // Clocks here stand still and go back, and two queues of a name are told apart by when they were created.
            var row = new QueueRow(Name, CommandGenerator.Settings(_random), ++_creations);
            _reference = new ReferenceQueue(Name, row.Settings, Jitter.Of)
            {
                Revision = _reference.Revision + 1,
                Sweeps = _reference.Sweeps,
                Watches = _reference.Watches,
            };
            _history.Add(_reference);
            found = Ended(journal.OpenAsync(Name, row))!;
            _history.IsDurable(_history.Last);
        }

        Generator.Reference = _reference;
        _closing = false;
        _sweeps = new EngineSweeps();
        SpiedJournal? spied = null;
        _journal = spied = new SpiedJournal(_sabotage(found), rows, room =>
        {
            if (_journal == spied)
                Apply(room);
        });
        _reference.TryReserve = spied.Foresee;
        _journals.Add(_journal);
        _runner = new QueueRunner(_journal, _time, _scheduler);
    }

    /// <summary>Sends a command.</summary>
    public void Send(Command command)
    {
        _journey.Add(_time.Now, command, Name);
        var cancellation = new CancellationTokenSource();
        Task answer = command is DequeueCommand dequeue
            ? _runner!.DequeueAsync(dequeue.Request, cancellation.Token)
            : _runner!.ExecuteAsync(
                (Command: command, Sweeps: _sweeps),
                static (engine, ask) => EngineCommands.Ask(engine, ask.Command, ask.Sweeps),
                cancellation.Token
            );
        _sent.Add(new Call(command, answer, cancellation));
    }

    /// <summary>What completes each running message whose token was answered.</summary>
    public IReadOnlyList<Command> Completions(string result) =>
        [
            .. _reference
                .Messages.Where(message => message.State == MessageState.Running && _reference.Tokens.Knows(message.Lease!.Number))
                .Select(message => new SettleCommand([
                    Settlement.Complete(message.Id, _reference.Tokens.Of(message.Lease!.Number), Payload.FromText(result)),
                ])),
        ];

    /// <summary>Has one of those that wait give up.</summary>
    public void GiveUpOne()
    {
        if (_waiting.Count == 0)
            return;
        var call = _waiting[_random.Next(_waiting.Count)];
        _journey.Add(_time.Now, $"gives up {call.Command}", Name);
        _waiting.Remove(call);
        _applied.Add(call);
        call.GiveUp();
    }

    /// <summary>Closes the runner in order.</summary>
    public void Close()
    {
        _journey.Add(_time.Now, "close", Name);
        _closing = true;
        _ = _runner!.DisposeAsync().AsTask();
    }

    /// <summary>Tells the journal of rows that were written again.</summary>
    public bool TellRewritten() => _journals.ConvertAll(journal => journal.TellRewritten()).Contains(true);

    /// <summary>Checks the answers that have come.</summary>
    /// <returns>What has poisoned the runner and the commands whose outcome is unknown through it; null when it is well.</returns>
    public (Exception Poison, IReadOnlyList<Command> Unknown)? Hear()
    {
        var unknown = new List<Command>();
        foreach (var call in _applied.Where(call => call.Task.IsCompleted).ToArray())
        {
            _applied.Remove(call);
            if (!Check(call))
                unknown.Add(call.Command);
        }

        if (_runner is not { Stopped: { IsCompleted: true } stopped })
            return null;
        // A runner that has stopped has answered everyone, also those that it did not apply any more.
        foreach (var call in _sent.Concat(_waiting).Concat(_applied))
        {
            if (!call.Task.IsCompleted)
                throw new SimulationFailure(Invariant.AnswersEqualReference, $"A runner has stopped without an answer to {call.Command}.");
            if (call.Answer() is not TimestoneError { Code: ErrorCode.Unavailable } && !_reference.Deleted)
                throw new SimulationFailure(Invariant.AnswersEqualReference, $"{call.Command}, which was not applied, was answered.");
        }

        if (stopped.Result is null)
            _history.IsDurable(_history.Last);
        Abandon();
        return stopped.Result is { } poison ? (poison, unknown) : null;
    }

    /// <summary>Forgets everything that a process knows, as it is dead.</summary>
    /// <returns>The commands whose outcome is unknown.</returns>
    public IReadOnlyList<Command> Die()
    {
        _journals = [];
        return Abandon();
    }

    /// <summary>Forgets the runner, which does not know that another owner is about to open the queue, and its callers.</summary>
    public QueueRunner TakeAway()
    {
        var runner = _runner!;
        Abandon();
        return runner;
    }

    private Command[] Abandon()
    {
        var unknown = _sent.Concat(_waiting).Concat(_applied).Select(call => call.Command).ToArray();
        _sent.Clear();
        _waiting.Clear();
        _applied.Clear();
        (_runner, _journal) = (null, null);
        return unknown;
    }

    // A driver by hand gets its openings at once.
    private static IQueueJournal? Ended(ValueTask<IQueueJournal?> opening) => opening.IsCompleted
        ? opening.GetAwaiter().GetResult()
        : throw new InvalidOperationException("An opening has not ended.");

    private void Recognise(QueueRow? queue, IReadOnlyList<MessageRow> rows)
    {
        var differences = _history.States.Select(state => RecoveredRows.Difference(state, queue, rows)).ToArray();
        var found = Array.LastIndexOf(differences, null);
        if (found < 0)
            throw new SimulationFailure(
                Invariant.AcknowledgedIsKept,
                $"'{Name}' was found in none of the {differences.Length} states that it can be in: {string.Join("; or ", differences)}."
            );
        _reference = _history.States[found].Copy();
        RecoveredRows.LearnTokens(_reference, rows);
        _reference.Reopen(_time.Now, _time.Elapsed, _time.Machine);
        _history = new History(_reference);
    }

    // The runner is about to apply everything that was sent.
    private void Apply(JournalRoom room)
    {
        _reference.BeginBatch(_reference.Read(_time.Now, _time.Elapsed), room, _time.Now, _time.Machine);
        TimesAhead += _reference.Now > _time.Now ? 1 : 0;
        Serve();
        foreach (var call in _sent)
        {
            if (_reference.Deleted)
                Answer(call, new TimestoneError(ErrorCode.QueueNotFound, ""));
            else
                Apply(call);
        }

        _sent.Clear();
        foreach (var call in _waiting.Where(call => _closing || call.WaitsUntil <= _time.Elapsed).ToArray())
            Answer(call, _closing ? new DequeueResult { Settled = call.Settled } : Nothing(call));
        foreach (var call in _waiting.Where(_ => _reference.Deleted).ToArray())
            Answer(call, new TimestoneError(ErrorCode.QueueNotFound, ""));
        _history.Add(_reference);
        foreach (var call in _applied.Where(call => call.State < 0))
            call.State = _history.Last;
    }

    private void Apply(Call call)
    {
        call.State = -1;
        _reference.AdvanceTo(_reference.Read(_time.Now, _time.Elapsed));
        if (call.Command is not DequeueCommand { Request: var request })
        {
            call.Expected = _reference.Ask(call.Command);
            _applied.Add(call);
            Serve();
            return;
        }

        call.Settled = _reference.SettleFirst(request);
        Serve();
        if (TryTake(call))
        {
            // Those that wait under the same request id answer the same messages.
            Serve();
            return;
        }

        call.WaitsUntil = _time.Elapsed + (long)request.Wait.TotalMilliseconds;
        if (request.Wait > TimeSpan.Zero && request.Max > 0)
            _waiting.Add(call);
        else
            Answer(call, Nothing(call));
    }

    // What a dequeue that got no messages answers.
    private object Nothing(Call call) => _reference.Nothing(((DequeueCommand)call.Command).Request, call.Settled);

    // Those that wait are served in the order in which they came; once more where a later one has leased what an earlier one repeats.
    private void Serve()
    {
        int before;
        do
        {
            before = _waiting.Count;
            foreach (var call in _waiting.ToArray())
                TryTake(call);
        }
        while (_waiting.Count < before);
    }

    private bool TryTake(Call call)
    {
        var messages = _reference.Take(((DequeueCommand)call.Command).Request);
        if (messages.Length > 0)
            Answer(call, new DequeueResult { Settled = call.Settled, Messages = messages });
        return messages.Length > 0;
    }

    private void Answer(Call call, object answer)
    {
        _waiting.Remove(call);
        _applied.Add(call);
        (call.Expected, call.State) = (answer, -1);
    }

    // False when the runner could not say what became of it.
    private bool Check(Call call)
    {
        if (call.GivenUp && call.Task.IsCanceled)
            return true;
        var answer = call.Answer();
        _journey.Answered(answer, Name);
        if (answer is TimestoneError { Code: ErrorCode.Unavailable } && _runner!.Stopped.IsCompleted)
            return false;
        Judge.Check(
            _reference,
            call.Expected
                ?? throw new SimulationFailure(Invariant.AnswersEqualReference, $"{call.Command} was answered before it was applied."),
            answer
        );
        _history.IsDurable(call.State);
        if (answer is DequeueResult dequeued)
            Generator.Learn(dequeued);
        return true;
    }
}
