using Timestone.Tests.Reference;
using Timestone.Tests.Simulation;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Makes histories that are linearizable because they are made that way: callers at random, each of whose calls is done to
/// the reference at one random time between its start and its end. Ticks are microseconds.
/// </summary>
internal sealed class HistoryMaker
{
    private const long Epoch = 1_700_000_000_000;

    private readonly Random _random;
    private readonly HistoryShape _shape;
    private readonly ReferenceQueue _reference;
    private readonly CallMaker _caller;
    private readonly PriorityQueue<Action, (long At, int Number)> _agenda = new();
    private readonly List<RecordedCall> _calls = [];
    private int _begun;
    private int _last;
    private long _clock;
    private int _numbers;

    private HistoryMaker(Random random, HistoryShape shape)
    {
        _random = random;
        _shape =
            shape.Settings.Type == QueueType.Exclusive ? shape with { Settings = shape.Settings with { ExclusivityKey = "k" } } : shape;
        _reference = new ReferenceQueue("q", _shape.Settings, Jitter.Of);
        _caller = new CallMaker(random, unique: "") { Values = shape.Values };
    }

    /// <summary>The queue's time at which each call truly took effect.</summary>
    public Dictionary<RecordedCall, long> Times { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The time of the queue.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Ms(_clock));

    /// <summary>Makes one.</summary>
    /// <param name="random">Where everything comes from.</param>
    /// <param name="shape">What to make.</param>
    /// <param name="scene">What happens between two halves of it; null for nothing.</param>
    public static RecordedHistory Make(Random random, HistoryShape shape, Action<Scene>? scene = null) => Make(random, shape, out _, scene);

    /// <summary>Makes one, and says what is true of it.</summary>
    public static RecordedHistory Make(Random random, HistoryShape shape, out HistoryMaker maker, Action<Scene>? scene = null)
    {
        maker = new HistoryMaker(random, shape);
        maker.Crowd(shape.Calls / 2);
        scene?.Invoke(new Scene(maker, maker._shape.Settings));
        maker.Crowd(shape.Calls);
        maker.LookAtAll();
        return new RecordedHistory(maker._shape.Settings, maker._calls);
    }

    /// <summary>A call while nobody else calls, of which its caller may be told another answer.</summary>
    public object AskAlone(Command command, Func<object, object>? lie, int caller = -1)
    {
        var start = _clock += 10;
        var answer = Do(command, _clock += 500);
        var end = _clock += 500;
        answer = lie is null ? answer : lie(answer);
        var call = new RecordedCall(caller, start, end, Ms(start), Ms(end), command, answer);
        _calls.Add(call);
        Times[call] = _reference.Now;
        return answer;
    }

    /// <summary>What the queue would answer.</summary>
    public object Peek(Command command) => _reference.Ask(command);

    /// <summary>Lets time pass.</summary>
    public void Wait(int milliseconds) => _clock += milliseconds * 1000L;

    private void Crowd(int until)
    {
        _last = until;
        for (var caller = 0; caller < _shape.Callers; caller++)
            Begin(caller, _clock + _random.Next(_shape.LongestCall));
        while (_agenda.TryDequeue(out var happens, out var time))
        {
            _clock = Math.Max(_clock, time.At);
            happens();
        }
    }

    // As whoever records a history has to: what an enqueue of unknown outcome left is never in doubt.
    private void LookAtAll()
    {
        _clock += _shape.Quiet;
        foreach (
            var id in _calls
                .Select(static call => call.Command)
                .OfType<EnqueueCommand>()
                .SelectMany(static enqueue => enqueue.Messages)
                .Select(static message => message.Id!)
                .Distinct()
                .ToList()
        )
            AskAlone(new GetCommand(id), null, caller: -2);
    }

    private void At(long time, Action happens) => _agenda.Enqueue(happens, (time, _numbers++));

    private void Begin(int caller, long start) => At(start, () =>
    {
        if (_begun >= _last)
            return;
        _begun++;
        var command = _caller.Next();
        var end = start + 1 + _random.Next(_shape.LongestCall);
        var point = _random.NextInt64(start, end + 1);
        object? answer = null;
        var took = 0L;
        if (_random.Next(1000) < _shape.UnknownPerMille)
        {
            // It takes effect within its time, or when its caller has long given up, or never.
            if (_random.Next(3) is var fate and < 2)
                At(fate == 0 ? point : end + _random.Next(_shape.Latest), () => Do(command, fate == 0 ? point : end));
        }
        else
        {
            At(point, () => (answer, took) = (Do(command, point), _reference.Now));
        }

        At(end, () =>
        {
            var call = new RecordedCall(caller, start, end, Ms(start), Ms(end), command, answer);
            _calls.Add(call);
            Times[call] = took;
            _caller.Learn(command, answer);
            Begin(caller, end + _random.Next(_shape.LongestCall / 4 + 1));
        });
    });

    private object Do(Command command, long at)
    {
        var answer = _reference.Answer(Math.Max(Ms(at), _reference.Now), command, JournalRoom.Ample);
        return answer is DequeueResult result ? result with { Messages = [.. result.Messages.Select(_reference.Tokens.Give)] } : answer;
    }

    private static long Ms(long ticks) => Epoch + (ticks / 1000);
}
