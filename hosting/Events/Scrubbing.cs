using System.Diagnostics;
using Timestone.Events;
using Timestone.Indexing.Elasticsearch;
using Timestone.Resilience;

namespace Timestone.Hosting;

/// <summary>
/// Compares the indices in Elasticsearch with the queues, over and over and slowly, and repairs what differs. Of the processes that share a
/// journal one does so; two that both think it is theirs for a moment repair the same.
/// </summary>
internal sealed partial class Scrubbing : IAsyncDisposable, IProgress<Difference>
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10), Beginning = TimeSpan.FromMinutes(1);

    private readonly IndexScrub _scrub;
    private readonly TimeSpan _interval;
    private readonly Func<bool> _isOurs;
    private readonly ILogger _logger;
    private readonly BackgroundLoop _loop;
    private DifferenceCounts _before = DifferenceCounts.None;

    private Scrubbing(
        TimestoneServerOptions options,
        ElasticsearchConnection connection,
        ITransitionArchive? archive,
        ITimestone timestone,
        Func<bool> isOurs,
        ILogger logger
    )
    {
        (_interval, _isOurs, _logger) = (options.ScrubInterval, isOurs, logger);
        var how = new ScrubOptions { MessagesPerSecond = options.ScrubRate, GoesOn = isOurs };
        _scrub = new IndexScrub(connection, timestone, how, archive, this);

        // Whatever fails, as documents of somebody else may hold anything: the next comparison tries again.
        _loop = BackgroundLoop.Start(
            CompareAsync,
            _interval,
            problem => LogFailed(_interval.TotalSeconds, problem.Message),
            first: Shorter(Beginning, _interval)
        );
    }

    /// <summary>Starts it.</summary>
    /// <param name="options">How fast, and how often.</param>
    /// <param name="connection">Where the indices are.</param>
    /// <param name="archive">Where transitions are read again that histories lack; null for nowhere.</param>
    /// <param name="timestone">All queues.</param>
    /// <param name="isOurs">Whether it is for this process to do.</param>
    /// <param name="logger">Is told what differed.</param>
    public static Scrubbing Start(
        TimestoneServerOptions options,
        ElasticsearchConnection connection,
        ITransitionArchive? archive,
        ITimestone timestone,
        Func<bool> isOurs,
        ILogger<Scrubbing> logger
    ) => new(options, connection, archive, timestone, isOurs, logger);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    public void Report(Difference value) => LogDifference(value.Queue, value.Id, value.Version, value.Kind, value.IsRepaired);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private async Task<TimeSpan> CompareAsync(CancellationToken stopping)
    {
        if (!_isOurs())
            return Shorter(Longest, _interval);
        var began = Stopwatch.GetTimestamp();
        var report = await _scrub.RunAsync(cancellationToken: stopping).ConfigureAwait(false);
        Tell(report, Stopwatch.GetElapsedTime(began).TotalSeconds);
        return _interval;
    }

    private void Tell(ScrubReport report, double seconds)
    {
        var (found, repaired) = (report.Found, report.Repaired);

        // What is lost for good is the same each time.
        var isNew = repaired.Total > 0 || found != _before;
        _before = found;
        if (found.Total == 0)
            LogSame(report.Messages, report.Queues, seconds);
        else
            LogDiffered(
                isNew ? LogLevel.Warning : LogLevel.Debug,
                found.Missing,
                found.Outdated,
                found.Changed,
                found.LeftOver,
                found.Transitions,
                repaired.Total,
                found.Total,
                report.Messages,
                report.Queues,
                seconds
            );
        if (report.Undecided > 0)
            LogUndecided(report.Undecided);
        if (report.Failed > 0)
            LogFailures(report.Failed, report.Failure);
        if (report.Unread.Count > 0)
            LogUnread(string.Join(", ", report.Unread));
    }

    [LoggerMessage(
        50,
        LogLevel.Information,
        "The indices agree with the queues: {Messages} messages of {Queues} queues were compared in {Seconds:0} s."
    )]
    private partial void LogSame(long messages, long queues, double seconds);

    [LoggerMessage(
        EventId = 51,
        Message = "The indices differed from the queues: {Missing} messages were missing, {Outdated} outdated, {Changed} changed, {LeftOver} left over, and {Transitions} transitions were missing; {Repaired} of {Found} are repaired. {Messages} messages of {Queues} queues were compared in {Seconds:0} s."
    )]
    private partial void LogDiffered(
        LogLevel level,
        long missing,
        long outdated,
        long changed,
        long leftOver,
        long transitions,
        long repaired,
        long found,
        long messages,
        long queues,
        double seconds
    );

    [LoggerMessage(
        52,
        LogLevel.Debug,
        "The indices differed from queue {Queue} in message {Id}, version {Version}: {Kind}, repaired: {IsRepaired}."
    )]
    private partial void LogDifference(string queue, string id, int version, DifferenceKind kind, bool isRepaired);

    [LoggerMessage(
        53,
        LogLevel.Warning,
        "{Messages} messages could not be compared with the indices, which were too far behind or changed too fast; the next comparison looks again."
    )]
    private partial void LogUndecided(long messages);

    [LoggerMessage(
        56,
        LogLevel.Warning,
        "{Messages} messages could not be compared with the indices; the next comparison tries again. The last was {Failure}"
    )]
    private partial void LogFailures(long messages, string? failure);

    [LoggerMessage(54, LogLevel.Warning, "Queues that cannot be read were not compared with the indices: {Queues}.")]
    private partial void LogUnread(string queues);

    [LoggerMessage(
        55,
        LogLevel.Warning,
        "The indices could not be compared with the queues; that is tried again in {Seconds} s. {Problem}"
    )]
    private partial void LogFailed(double seconds, string problem);
}
