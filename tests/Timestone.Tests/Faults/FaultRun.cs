using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Linearizability;
using Timestone.Tests.Reference;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Faults;

/// <summary>
/// A random load of one queue while faults happen, and what must hold afterwards: every message whose enqueue was acknowledged
/// is there and has ended, none is completed twice, and the recorded calls are linearizable.
/// </summary>
internal sealed class FaultRun : IAsyncDisposable
{
    // What is still not so then never will be.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Of hundreds of calls at least: a load that hardly does anything shows nothing.
    private const int LeastMessages = 20;

    private readonly ITestOutputHelper _output;
    private readonly int _seed;
    private readonly QueueSettings _settings;
    private readonly string _queue;
    private readonly IReadOnlyList<ITimestone> _services;
    private readonly ITimestone _any;
    private readonly IReadOnlyList<TimestoneClient> _clients = [];
    private readonly CallMaker _maker;
    private readonly Recorder _recorder;
    private readonly CancellationTokenSource _end = new();
    private Task _load = Task.CompletedTask;
    private int _faults;

    /// <summary>A run over HTTP.</summary>
    /// <param name="output">Where the figures go.</param>
    /// <param name="seed">Of the queue's settings and the load.</param>
    /// <param name="addresses">Where the servers listen.</param>
    public FaultRun(ITestOutputHelper output, int seed, params Uri[] addresses)
        : this(
            output,
            seed,
            (QueueType)(seed & 1),
            [
                .. addresses.Select(static address => new TimestoneClient(
                    new TimestoneClientOptions { Address = address, RetryFor = TimeSpan.Zero }
                )),
            ]
        )
    {
        var any = new TimestoneClient(new TimestoneClientOptions { Addresses = addresses, RetryFor = TimeSpan.Zero });
        (_any, _clients) = (any, [.. _services.Cast<TimestoneClient>(), any]);
    }

    /// <summary>A run over whatever implements the service.</summary>
    /// <param name="output">Where the figures go.</param>
    /// <param name="seed">Of the queue's settings and the load.</param>
    /// <param name="type">The queue's type.</param>
    /// <param name="services">Ways to the service, which must not try anything again.</param>
    public FaultRun(ITestOutputHelper output, int seed, QueueType type, IReadOnlyList<ITimestone> services)
    {
        _output = output;
        _seed = seed;
        (_services, _any) = (services, services[0]);
        _queue = $"faults-{type}";
        var random = new Random(seed);
        _settings = SettingsOf(random, type);
        _maker = new CallMaker(random, unique: "");
        _recorder = new Recorder(_queue, _settings);
    }

    /// <summary>Whether a caller goes to the next server after a call that got no answer, instead of keeping to its own.</summary>
    public bool IsRoving { get; init; }

    /// <summary>Whether the store may have no room at times.</summary>
    public bool MayBeFull
    {
        get => _recorder.MayBeFull;
        init => _recorder.MayBeFull = value;
    }

    /// <summary>The queue's name.</summary>
    public string Queue => _queue;

    /// <summary>How often each caller calls at most; null for as often as it can. Keeps the history of a long run short.</summary>
    public TimeSpan? Pace { get; init; }

    /// <summary>Creates the queue and sets callers to work.</summary>
    public async Task StartAsync(int callers)
    {
        await Eventually.SucceedAsync(() => _any.CreateQueueAsync(_queue, _settings));
        _load = Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller))));
    }

    /// <summary>Waits until so many more calls have been answered.</summary>
    public Task MoreAsync(int calls) => WaitAsync(_recorder.MoreAsync(calls), "answered");

    /// <summary>
    /// Makes a fault, and waits until a call has failed of it; or so many were answered that nobody felt it, as when it hit what the queue
    /// did by itself.
    /// </summary>
    public async Task FailAsync(Action fault, int calls)
    {
        var felt = Task.WhenAny(_recorder.MoreUnansweredAsync(1), _recorder.MoreAsync(calls));
        Fault(fault);
        await WaitAsync(felt, "failed or answered");
    }

    /// <summary>Makes a fault.</summary>
    public void Fault(Action fault)
    {
        _faults++;
        fault();
    }

    /// <summary>Ends the load, brings every message to its end, and checks everything, also that there was something to check.</summary>
    /// <param name="leastUnknown">How many calls must have an unknown outcome, as faults like these leave some.</param>
    public async Task CheckAsync(int leastUnknown = 0)
    {
        await _end.CancelAsync();
        await _load.WaitAsync(Patience);
        await DrainAsync().WaitAsync(Patience);
        var stored = await Eventually.SucceedAsync(() => _recorder.LookAtAllAsync(_any));
        var history = _recorder.History;
        try
        {
            var audit = new Audit(history);
            audit.Check(stored);
            var unknown = history.Calls.Count(static call => call.Answer is null);
            var clock = Stopwatch.StartNew();
            var verdict = await Task.Factory.StartNew(() => LinearizabilityChecker.Check(history), TaskCreationOptions.LongRunning);
            _output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_settings.Type}: {history.Calls.Count} calls, {_faults} faults, {unknown} of unknown outcome; {audit}; checked in {clock.Elapsed.TotalSeconds:0.0} s: {verdict}"
                )
            );
            verdict.IsLinearizable.ShouldBeTrue(verdict.ToString());
            _faults.ShouldBePositive();
            unknown.ShouldBeGreaterThanOrEqualTo(leastUnknown);
            audit.Enqueued.ShouldBeGreaterThanOrEqualTo(LeastMessages);
            audit.Completed.ShouldBeGreaterThanOrEqualTo(LeastMessages);
        }
        catch (ShouldAssertException)
        {
            _output.WriteLine($"Seed {_seed}; every call is in {Write(history)}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var client in _clients)
            client.Dispose();
        _end.Dispose();
    }

    // Each message of the load has a "k".
    private static QueueSettings SettingsOf(Random random, QueueType type) =>
        new()
        {
            Type = type,
            ExclusivityKey = type == QueueType.Exclusive ? "k" : null,
            Lease = TimeSpan.FromSeconds(5),
            MaxAttempts = random.Next(2, 6),
            Backoff = new Backoff
            {
                Kind = (BackoffKind)random.Next(3),
                Initial = TimeSpan.FromMilliseconds(10),
                Max = TimeSpan.FromMilliseconds(50),
            },
            Retention = TimeSpan.FromHours(1),
        };

    private static string Write(RecordedHistory history)
    {
        var path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("timestone-history-").FullName, "history.txt");
        HistoryFile.Write(path, history);
        return path;
    }

    private async Task CallAsync(int caller)
    {
        using var pace = Pace is { } period ? new PeriodicTimer(period) : null;
        for (var server = caller; !_end.IsCancellationRequested;)
        {
            var service = _services[server % _services.Count];
            var command = _maker.Next();
            var answer = await _recorder.CallAsync(caller, service, command);
            _maker.Learn(command, answer);
            if (answer is null && IsRoving)
                server++;
            else if (answer is null)
                await Eventually.SucceedAsync(() => service.GetDepthAsync(_queue));
            if (pace is not null)
                await pace.WaitForNextTickAsync();
        }
    }

    // A load that ended in an exception will not reach any count.
    private async Task WaitAsync(Task counted, string how)
    {
        if (await Task.WhenAny(counted, _load).WaitAsync(Patience) != counted)
            await _load;
        counted.IsCompleted.ShouldBeTrue($"The load ended before as many calls were {how}.");
    }

    // What nobody holds any more is called off, so that nothing need expire.
    private async Task DrainAsync()
    {
        for (var request = 0; await AskAsync(new DepthCommand(null, Metadata.Empty)) is not 0L; request++)
        {
            var leased = (DequeueResult)
                await AskAsync(
                    new DequeueCommand(
                        new DequeueRequest
                        {
                            Max = 100,
                            RequestId = $"drain{request}",
                            Worker = $"drain{request}",
                        }
                    )
                );
            if (leased.Messages.Count > 0)
            {
                await AskAsync(
                    new SettleCommand([.. leased.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))])
                );
                continue;
            }

            foreach (var state in (MessageState[])[MessageState.Invisible, MessageState.Running])
            {
                if (await Eventually.SucceedAsync(() => _any.ListMessagesAsync(_queue, state)) is { Messages: { Count: > 0 } left })
                    await AskAsync(new CancelCommand([.. left.Select(static message => new Cancellation { Id = message.Id })]));
            }
        }
    }

    // Until it is answered: what a server that has just come back may refuse for a moment.
    private async Task<object> AskAsync(Command command)
    {
        while (true)
        {
            if (await _recorder.CallAsync(-1, _any, command) is { } answer)
                return answer;
            await Eventually.SucceedAsync(() => _any.GetDepthAsync(_queue));
        }
    }
}
