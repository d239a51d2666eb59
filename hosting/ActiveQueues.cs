using Timestone.Engine;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>
/// The queues of a shared journal while this server is the active one: opened when they are called for, and when something is due in them.
/// </summary>
internal sealed partial class ActiveQueues(LocalTimestone timestone, ISharedJournal journal, ILogger logger) : IAsyncDisposable
{
    // A queue that a server took which thought itself active is nobody's when that one stands by.
    private const int LooksBetweenOpen = 10;

    private static readonly TimestoneError Standby = new(ErrorCode.Standby, "This server is not the active one on its Redis.");

    private BackgroundLoop? _loop;

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
        var (wake, looks) = (new WakeWatch(timestone.WakeAsync, (queue, problem) => LogNotWoken(queue, problem.Message)), 0);
        _loop = BackgroundLoop.Every(
            WakeWatch.Interval,
            async stopping =>
            {
                await wake.LookAsync(
                        journal.WakeTable,
                        timestone,
                        Enumerable.Range(0, journal.WakeTable.Parts),
                        alsoOpen: looks % LooksBetweenOpen == 0,
                        stopping
                    )
                    .ConfigureAwait(false);
                looks++;
            },
            problem => LogNotLooked(problem.Message)
        );
        return Task.CompletedTask;
    }

    /// <summary>Closes all queues, and opens none.</summary>
    public async Task EndAsync()
    {
        var closing = timestone.SuspendAsync(Standby);
        var ended = _loop?.DisposeAsync() ?? default;
        await closing.ConfigureAwait(false);
        await ended.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await EndAsync().ConfigureAwait(false);

    [LoggerMessage(30, LogLevel.Warning, "Queues that are due cannot be looked for: {Problem}")]
    private partial void LogNotLooked(string problem);

    [LoggerMessage(31, LogLevel.Warning, "Queue {Queue} was not woken: {Problem}")]
    private partial void LogNotWoken(string queue, string problem);
}
