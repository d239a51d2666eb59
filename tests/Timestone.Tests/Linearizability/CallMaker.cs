using System.Text;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Makes up the calls of a workload that the checker can follow: every enqueue names its message, and every dequeue has a
/// request id and a worker's name of its own. Thread-safe.
/// </summary>
/// <param name="random">Where everything comes from.</param>
/// <param name="unique">What its ids begin with.</param>
internal sealed class CallMaker(Random random, string unique)
{
    private static readonly string[] Tenants = ["a", "b", "c"];

    private readonly Lock _gate = new();
    private readonly List<(string Id, string Token)> _held = [];
    private readonly List<NewMessage> _enqueued = [];
    private readonly List<Command> _lately = [];
    private readonly HashSet<Command> _repeating = new(ReferenceEqualityComparer.Instance);
    private int _messages;
    private int _requests;

    /// <summary>How likely an enqueue is, in percent; the queue grows above about a quarter.</summary>
    public int EnqueuePercent { get; init; } = 30;

    /// <summary>How many exclusivity values there are.</summary>
    public int Values { get; init; } = 12;

    /// <summary>The next call.</summary>
    public Command Next()
    {
        lock (_gate)
        {
            return Make();
        }
    }

    /// <summary>
    /// Learns what a caller learns of a call that has ended. Only those are made once more: retries follow what they repeat.
    /// </summary>
    /// <param name="command">What was asked.</param>
    /// <param name="answer">The answer; null where there is none.</param>
    public void Learn(Command command, object? answer)
    {
        lock (_gate)
        {
            if (!_repeating.Remove(command))
                _lately.Add(command);
            if (_lately.Count > 40)
                _lately.RemoveAt(0);
            if (answer is DequeueResult result)
                _held.AddRange(result.Messages.Select(static message => (message.Id, message.LeaseToken!)));
        }
    }

    private Command Make()
    {
        var roll = random.Next(100);
        if (roll < EnqueuePercent || _enqueued.Count == 0)
            return new EnqueueCommand([.. Enumerable.Range(0, Several()).Select(_ => Message())]);
        if (roll < EnqueuePercent + 25)
            return Dequeue();
        return random.Next(100) switch
        {
            < 55 => new SettleCommand([.. Enumerable.Range(0, Several()).Select(_ => Settlement())]),
            < 62 => new ExtendCommand([Extension()]),
            < 66 => new CancelCommand([new Cancellation { Id = AnyId(), Reason = random.Next(2) == 0 ? null : "no more" }]),
            < 70 => new RedriveCommand(AnyId()),
            < 82 => new GetCommand(AnyId()),
            < 90 => new DepthCommand(random.Next(2) == 0 ? null : (MessageState)random.Next(6), Filter()),
            _ when _lately.Count > 0 => Again(),
            _ => Dequeue(),
        };
    }

    // Each once: two retries would overlap.
    private Command Again()
    {
        var command = _lately[random.Next(_lately.Count)];
        _lately.Remove(command);
        _repeating.Add(command);
        return command;
    }

    private int Several() => random.Next(5) == 0 ? random.Next(1, 5) : 1;

    private NewMessage Message()
    {
        var order = random.Next(6);
        var message = new NewMessage
        {
            Id = $"{unique}m{_messages++}",
            Payload = Payload.FromBytes(Encoding.ASCII.GetBytes($"{_messages}")),
            Metadata = Metadata.From([new("k", $"{random.Next(Values)}"), new("tenant", Tenants[random.Next(3)])]),
            Priority = order < 3 ? random.Next(4) + 1_700_000_000_000 : null,
            PriorityOffset = order == 3 ? TimeSpan.FromMilliseconds(random.Next(-20, 20)) : null,
            Invisible = random.Next(10) == 0 ? TimeSpan.FromMilliseconds(random.Next(40)) : null,
            Lease = random.Next(10) == 0 ? TimeSpan.FromMilliseconds(random.Next(100, 200)) : null,
        };
        _enqueued.Add(message);
        return message;
    }

    private DequeueCommand Dequeue()
    {
        var request = $"{unique}r{_requests++}";
        return new DequeueCommand(new DequeueRequest
        {
            Max = Several(),
            Filter = Filter(),
            RequestId = request,
            Worker = request,
            Lease = random.Next(10) == 0 ? TimeSpan.FromMilliseconds(random.Next(100, 400)) : null,
            Settle = random.Next(3) == 0 && _held.Count > 0 ? [Settlement()] : [],
        });
    }

    // Mostly a lease that was not settled yet, now and then one of any time.
    private (string Id, string Token) Lease()
    {
        if (_held.Count == 0)
            return (AnyId(), "0123456789abcdef");
        var at = random.Next(_held.Count);
        var lease = _held[at];
        if (random.Next(6) > 0)
            _held.RemoveAt(at);
        return lease;
    }

    private Settlement Settlement()
    {
        var (id, token) = Lease();
        var later = random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(30)) : (TimeSpan?)null;
        return random.Next(10) switch
        {
            < 6 => Timestone.Settlement.Complete(id, token, Payload.FromJson(Encoding.ASCII.GetBytes($"{random.Next(100)}"))),
            < 8 => Timestone.Settlement.Fail(id, token, "did not work", random.Next(5) == 0 && later is null, later),
            _ => Timestone.Settlement.Release(id, token, later),
        };
    }

    private LeaseExtension Extension()
    {
        var (id, token) = _held.Count == 0 ? (AnyId(), "0123456789abcdef") : _held[random.Next(_held.Count)];
        return new LeaseExtension
        {
            Id = id,
            LeaseToken = token,
            Lease = random.Next(2) == 0 ? null : TimeSpan.FromMilliseconds(random.Next(100, 300)),
            Progress = random.Next(2) == 0 ? default : Payload.FromJson(Encoding.ASCII.GetBytes($"{random.Next(100)}")),
        };
    }

    private string AnyId() =>
        _enqueued[random.Next(10) == 0 ? random.Next(_enqueued.Count) : Math.Max(0, _enqueued.Count - 1 - random.Next(30))].Id!;

    private Metadata Filter() => random.Next(4) == 0 ? Metadata.Of("tenant", Tenants[random.Next(3)]) : Metadata.Empty;
}
