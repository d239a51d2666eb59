using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;

namespace Timestone.Tests.Client.Support;

/// <summary>A worker between a service and a handler that both do what the test says.</summary>
public abstract class WorkerTest : IAsyncDisposable
{
    private TimestoneWorker? _worker;

    private protected ManualTimeProvider Clock { get; } = new();

    private protected ScriptedTimestone Service => field ??= new ScriptedTimestone(Clock);

    private protected RecordingLogger<TimestoneWorker> Log { get; } = new();

    private protected ScriptedHandler Handler { get; } = new();

    /// <summary>A queue of the test's own, so that what is counted for it is known.</summary>
    private protected string Queue { get; } = $"q-{Guid.NewGuid():N}";

    public ValueTask DisposeAsync()
    {
        _worker?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private protected async Task StartAsync(
        int concurrency = 1,
        int prefetch = 0,
        Action<TimestoneWorkerOptions>? configure = null,
        IMessageHandler? handler = null,
        ILogger<TimestoneWorker>? logger = null
    )
    {
        var options = new TimestoneWorkerOptions { Concurrency = concurrency, Prefetch = prefetch, LeaseMargin = Seconds(3) };
        configure?.Invoke(options);
        _worker = new TimestoneWorker(Service, Queue, handler ?? Handler, options, logger ?? Log, Clock);
        await _worker.StartAsync(CancellationToken.None);
    }

    private protected Task StopAsync() => _worker!.StopAsync(CancellationToken.None);

    /// <summary>Answers the worker's first poll, and has one handler run for each message.</summary>
    private protected async Task<HandlerRun> RunAsync(string id)
    {
        (await Service.DequeueAsync()).Answer(Service.Leases(id));
        return await RunOfAsync(id);
    }

    private protected async Task<HandlerRun> RunOfAsync(string id)
    {
        var run = await Handler.RunAsync();
        run.Id.ShouldBe(id);
        return run;
    }

    /// <summary>The settlement that rides on the next dequeue.</summary>
    private protected async Task<Settlement> SettlementAsync() => (await Service.DequeueAsync()).Request.Settle.ShouldHaveSingleItem();

    /// <summary>The next settlements, in whichever way the worker sends them, answered as done; the last that a test asks for.</summary>
    private protected async Task<IReadOnlyList<Settlement>> SettlementsAsync(int count)
    {
        var settled = new List<Settlement>();
        var dequeue = Service.DequeueAsync();
        var settle = Service.SettleAsync();
        while (settled.Count < count)
        {
            if (await Task.WhenAny(dequeue, settle) == settle)
            {
                var call = await settle;
                settled.AddRange(call.Request);
                call.Answer(ScriptedTimestone.Fine(call.Request.Count));
                settle = Service.SettleAsync();
            }
            else
            {
                // One that carries nothing is a poll, which is left to wait.
                var call = await dequeue;
                settled.AddRange(call.Request.Settle);
                if (call.Request.Settle.Count > 0)
                    call.Answer(new DequeueResult { Settled = ScriptedTimestone.Fine(call.Request.Settle.Count) });
                dequeue = Service.DequeueAsync();
            }
        }

        return settled;
    }

    private protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
