using System.Diagnostics;
using System.Globalization;

namespace Timestone.Bench.Peers.Load;

/// <summary>A peer whose client is a .NET library: callers and handlers are in this process.</summary>
/// <param name="lengths">How long and how much.</param>
/// <param name="enoughPerSecond">
/// More messages than are likely to be processed each second. A worker that runs dry all the same is measured again, with twice as many.
/// </param>
internal abstract class InProcessPeer(Lengths lengths, int enoughPerSecond) : IRunningPeer
{
    private const string Backlog = "backlog",
        Reach = "reach";

    // As JSON, with its quotes, 128 bytes.
    private const int TextLength = 126;

    /// <summary>What a message carries.</summary>
    protected static readonly string Text = new('x', TextLength);

    private long _pending;

    public abstract string Description { get; }

    /// <summary>Whether a call holds its thread until it is done: then each caller has a thread of its own.</summary>
    protected virtual bool Blocks => false;

    public async Task<double> EnqueueAsync()
    {
        await CreateAsync(Backlog).ConfigureAwait(false);
        var counter = new Counter();
        var callers = CallAsync(async caller =>
        {
            while (!counter.IsOver)
            {
                await SendAsync(Backlog, caller, Text).ConfigureAwait(false);
                counter.Add();
            }
        });
        var rate = await lengths.RateAsync(counter).ConfigureAwait(false);
        counter.IsOver = true;
        await callers.ConfigureAwait(false);
        _pending = counter.Count;
        return rate;
    }

    public async Task<double> ProcessAsync()
    {
        for (var perSecond = enoughPerSecond; ; perSecond *= 2)
        {
            if (lengths.Messages(perSecond) - _pending is > 0 and var missing)
            {
                await FillAsync(Backlog, missing).ConfigureAwait(false);
                _pending += missing;
            }

            var handled = new Counter();
            var worker = await WorkAsync(Backlog, _ => handled.Add()).ConfigureAwait(false);
            await using (worker.ConfigureAwait(false))
            {
                var rate = await lengths.RateAsync(handled).ConfigureAwait(false);
                if (handled.Count < _pending)
                    return rate;
            }

            // The worker ran dry: this machine is faster than was thought.
            _pending = 0;
        }
    }

    public async Task<double> ReachHandlerAsync()
    {
        await CreateAsync(Reach).ConfigureAwait(false);
        var times = new List<double>();
        var handled = new Counter();
        var worker = await WorkAsync(Reach, Handle).ConfigureAwait(false);
        await using (worker.ConfigureAwait(false))
        {
            var pace = Start(PaceAsync);
            await lengths.RateAsync(handled).ConfigureAwait(false);
            handled.IsOver = true;
            await pace.ConfigureAwait(false);
        }

        // The first third warmed up.
        times.RemoveRange(0, times.Count / 3);
        times.Sort();
        return times[times.Count / 2];

        void Handle(string text)
        {
            var took = Stopwatch.GetElapsedTime(long.Parse(text.AsSpan().TrimEnd('x'), CultureInfo.InvariantCulture));
            lock (times)
                times.Add(took.TotalMilliseconds);
        }

        async Task PaceAsync()
        {
            var began = Stopwatch.GetTimestamp();
            for (var sent = 0; !handled.IsOver; )
            {
                for (; !handled.IsOver && sent < Stopwatch.GetElapsedTime(began).TotalSeconds * Lengths.PerSecond; sent++)
                {
                    var now = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
                    await SendAsync(Reach, 0, now.PadRight(TextLength, 'x')).ConfigureAwait(false);
                }

                await Task.Delay(1).ConfigureAwait(false);
            }
        }
    }

    public abstract ValueTask DisposeAsync();

    /// <summary>Makes a queue, where queues are not made by their use.</summary>
    protected virtual Task CreateAsync(string queue) => Task.CompletedTask;

    /// <summary>Enqueues a message and waits for its acknowledgement.</summary>
    protected abstract Task SendAsync(string queue, int caller, string text);

    /// <summary>Starts a worker; it stops when it is disposed.</summary>
    protected abstract Task<IAsyncDisposable> WorkAsync(string queue, Action<string> handle);

    /// <summary>Enqueues so many messages, in the fastest way.</summary>
    protected virtual Task FillAsync(string queue, long messages)
    {
        var counter = new Counter();
        return CallAsync(async caller =>
        {
            while (counter.Add() <= messages)
                await SendAsync(queue, caller, Text).ConfigureAwait(false);
        });
    }

    private Task CallAsync(Func<int, Task> call) =>
        Task.WhenAll(Enumerable.Range(0, Lengths.Callers).Select(caller => Start(() => call(caller))).ToList());

    private Task Start(Func<Task> call) =>
        Blocks
            ? Task.Factory.StartNew(
                () => call().GetAwaiter().GetResult(),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            )
            : Task.Run(call);
}
