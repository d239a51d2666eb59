using Shouldly;
using Timestone.Client;
using Timestone.Tests.Linearizability;
using Timestone.Tests.Simulation;
using Xunit.Abstractions;

namespace Timestone.Tests.Faults;

/// <summary>
/// A random load of one queue while faults happen, and what must hold afterwards: every message whose enqueue was acknowledged
/// is there and ends, none is completed twice, and the recorded calls are linearizable.
/// </summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private const string Queue = "faults";

    private static readonly QueueSettings Settings = new()
    {
        Lease = TimeSpan.FromMilliseconds(500),
        MaxAttempts = 1000,
        Backoff = new Backoff { Kind = BackoffKind.None },
        Retention = TimeSpan.FromHours(1),
    };

    private readonly ITestOutputHelper _output;
    private readonly TimestoneClient[] _clients;
    private readonly CallMaker _maker;
    private readonly Recorder _recorder = new(Queue, Settings);
    private readonly CancellationTokenSource _end = new();
    private readonly int _seed = Random.Shared.Next();
    private volatile TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _load = Task.CompletedTask;

    /// <param name="output">Where the seed is printed.</param>
    /// <param name="addresses">Where the servers listen; callers take turns.</param>
    public FaultRun(ITestOutputHelper output, params Uri[] addresses)
    {
        _output = output;
        _maker = new CallMaker(new Random(_seed), unique: "");
        _clients = [.. addresses.Select(address => new TimestoneClient(new TimestoneClientOptions { Address = address, RetryFor = TimeSpan.Zero, RequestTimeout = TimeSpan.FromSeconds(2) }))];
        output.WriteLine($"Seed {_seed}.");
    }

    /// <summary>Creates the queue and sets callers to work.</summary>
    public async Task StartAsync(int callers)
    {
        await _clients[0].CreateQueueAsync(Queue, Settings);
        _up.SetResult();
        _load = Task.WhenAll(Enumerable.Range(0, callers).Select(CallAsync));
    }

    /// <summary>Waits until so many more calls have been answered, as many times as the switch says.</summary>
    public Task MoreAsync(int calls) => _recorder.MoreAsync(calls * FaultSwitches.Factor);

    /// <summary>Waits until so many more calls have failed.</summary>
    public Task UnansweredAsync(int calls) => _recorder.MoreUnansweredAsync(calls);

    /// <summary>Holds back new calls: there is nobody to answer them.</summary>
    public void HoldBack() => _up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets calls go on.</summary>
    public void GoOn() => _up.TrySetResult();

    /// <summary>Ends the load, brings every message to its end, and checks everything.</summary>
    public async Task CheckAsync()
    {
        await _end.CancelAsync();
        GoOn();
        await _load;
        await DrainAsync();
        var history = _recorder.History;
        var acknowledged = AcknowledgedEnqueues(history).Distinct().ToList();
        foreach (var id in acknowledged)
        {
            var answer = await AskAsync(new GetCommand(id));
            answer.ShouldBeOfType<Message>($"'{id}' was acknowledged.").State.ShouldBeGreaterThanOrEqualTo(MessageState.Completed);
        }

        history = _recorder.History;
        Completions(history).GroupBy(static id => id).ShouldAllBe(static completions => completions.Count() == 1);
        var verdict = LinearizabilityChecker.Check(history);
        _output.WriteLine($"{history.Calls.Count} calls, {history.Calls.Count(static call => call.Answer is null)} of unknown outcome, {acknowledged.Count} messages: {verdict}");
        verdict.IsLinearizable.ShouldBeTrue(verdict.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        GoOn();
        await _load;
        foreach (var client in _clients)
            client.Dispose();
        _end.Dispose();
    }

    private static IEnumerable<string> AcknowledgedEnqueues(RecordedHistory history) =>
        from call in history.Calls
        where call.Command is EnqueueCommand && call.Answer is IReadOnlyList<MessageResult>
        from result in (IReadOnlyList<MessageResult>)call.Answer!
        where result.Error is null
        select result.Id!;

    private static IEnumerable<string> Completions(RecordedHistory history) =>
        from call in history.Calls
        let results = call.Answer as IReadOnlyList<MessageResult> ?? (call.Answer as DequeueResult)?.Settled ?? []
        from result in results
        where result is { State: MessageState.Completed, Duplicate: false }
        select result.Id!;

    private async Task CallAsync(int caller)
    {
        while (!_end.IsCancellationRequested)
        {
            await _up.Task;
            var command = _maker.Next();
            _maker.Learn(command, await _recorder.CallAsync(caller, _clients[caller % _clients.Length], command));
        }
    }

    // Leases that nobody settles any more end in time; the waits of these dequeues are what waits for them.
    private async Task DrainAsync()
    {
        for (var request = 0; await AskAsync(new DepthCommand(null, Metadata.Empty)) is not 0L; request++)
        {
            var leased = (DequeueResult)await AskAsync(new DequeueCommand(new DequeueRequest
            {
                Max = 100,
                Wait = TimeSpan.FromSeconds(1),
                RequestId = $"drain{request}",
                Worker = $"drain{request}",
            }));
            if (leased.Messages.Count > 0)
                await AskAsync(new SettleCommand([.. leased.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))]));
        }
    }

    // Until it is answered: what a server that has just come back may refuse for a moment.
    private async Task<object> AskAsync(Command command)
    {
        while (true)
        {
            if (await _recorder.CallAsync(-1, _clients[0], command) is { } answer)
                return answer;
        }
    }
}
