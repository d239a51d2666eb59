using Timestone.Engine;

namespace Timestone.Hosting;

/// <summary>
/// The queues of a shared journal while this server is the active one: opened when they are called for, and when something is due in them.
/// </summary>
internal sealed partial class ActiveQueues(LocalTimestone timestone, ISharedJournal journal, ILogger logger) : IAsyncDisposable
{
    // A queue that a server took which thought itself active is nobody's when that one stands by.
    private const int LooksBetweenOpen = 10;

    private static readonly TimestoneError Standby = new(ErrorCode.Standby, "This server is not the active one on its Redis.");

    private CancellationTokenSource? _watch;
    private Task _watching = Task.CompletedTask;

    /// <summary>Stands by at first.</summary>
    public static async Task<ActiveQueues> StartAsync(LocalTimestone timestone, ISharedJournal journal, ILogger logger)
    {
        var queues = new ActiveQueues(timestone, journal, logger);
        await queues.EndAsync().ConfigureAwait(false);
        return queues;
    }

    /// <summary>Begins to serve.</summary>
    public Task BeginAsync()
    {
        timestone.Resume();
        _watch = new CancellationTokenSource();
        _watching = Task.Run(() => WatchAsync(_watch.Token));
        return Task.CompletedTask;
    }

    /// <summary>Closes all queues, and opens none.</summary>
    public async Task EndAsync()
    {
        var closing = timestone.SuspendAsync(Standby);
        if (_watch is not null)
            await _watch.CancelAsync().ConfigureAwait(false);
        await closing.ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watch?.Dispose();
        _watch = null;
    }

    public async ValueTask DisposeAsync() => await EndAsync().ConfigureAwait(false);

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var wake = new WakeWatch(timestone.WakeAsync, (queue, problem) => LogNotWoken(queue, problem.Message));
        using var timer = new PeriodicTimer(WakeWatch.Interval);
        var looks = 0;
        do
        {
            try
            {
                await wake.LookAsync(
                        journal.WakeTable,
                        timestone,
                        Enumerable.Range(0, journal.WakeTable.Parts),
                        alsoOpen: looks % LooksBetweenOpen == 0,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                looks++;
            }
            catch (IOException problem)
            {
                LogNotLooked(problem.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    [LoggerMessage(30, LogLevel.Warning, "Queues that are due cannot be looked for: {Problem}")]
    private partial void LogNotLooked(string problem);

    [LoggerMessage(31, LogLevel.Warning, "Queue {Queue} was not woken: {Problem}")]
    private partial void LogNotWoken(string queue, string problem);
}
