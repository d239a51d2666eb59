using System.Globalization;
using Timestone.Api;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Journals.Redis;
using Timestone.Kafka;

namespace Timestone.Hosting;

/// <summary>
/// Opens the journal and the queues while the server already listens, so that whoever waits for it can ask why it takes
/// long; closes them when the last request has been answered.
/// </summary>
public sealed partial class LocalService(
    TimestoneServerOptions options,
    IHostApplicationLifetime lifetime,
    ILogger<LocalService> logger,
    ILoggerFactory loggers,
    IPeers? peers = null
) : IHostedLifecycleService, IReadiness
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Task> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly QueueLog _log = QueueLog.Start(loggers.CreateLogger<QueueLog>(), options.TimeProvider);
    private Task _opening = Task.CompletedTask;
    private IJournal? _journal;
    private FileJournal? _files;
    private RedisWatch? _redis;
    private ActiveLease? _lease;
    private ActiveQueues? _active;
    private EventFlow? _events;
    private Scrubbing? _scrubbing;
    private volatile LocalTimestone? _timestone;

    /// <summary>Ends when the service can work, or fails with the reason why it never will.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Ends when what holds the data has answered, or fails with the reason why it never will.</summary>
    public Task Reached => _reached.Task.Unwrap();

    /// <summary>The service, once <see cref="Opened"/> has ended.</summary>
    public ITimestone Timestone => _timestone ?? throw new InvalidOperationException("The service is not open.");

    /// <inheritdoc/>
    public Obstacle? Obstacle =>
        lifetime.ApplicationStopping.IsCancellationRequested ? Unavailable("The server is stopping.")
        : _timestone is null ? Unavailable("The journal is being opened.")
        : Unavailable(_redis?.Obstacle ?? _lease?.Conflict ?? _files?.Trouble ?? peers?.Trouble) ?? Standby;

    /// <inheritdoc/>
    public IReadOnlyList<HealthPart> Parts
    {
        get
        {
            List<HealthPart> parts = [HealthPart.Of("queues", Reopening)];
            if (_timestone is not null && _journal?.Space is { } space)
                parts.Add(HealthPart.Of("journal", _files?.Trouble ?? _files?.TroubleSettingAside ?? space.Trouble, FiguresOf(space)));
            if (_redis is not null)
                parts.AddRange([_redis.Part, new HealthPart("lease", HealthPart.Ok, Standby?.Detail)]);
            if (_timestone is { } timestone)
                parts.Add(ClockOf(timestone));
            if (_events is { } events)
                parts.AddRange(events.Parts);
            return parts;
        }
    }

    // To be ahead is no failure: the queues work, and keep their durations.
    private static HealthPart ClockOf(LocalTimestone timestone)
    {
        var ahead = timestone.Ahead;
        var detail = ahead is { } queue
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The time of queue '{queue.Queue}' is {queue.By.TotalSeconds:0.###} s ahead of the wall clock, which went back or was ahead elsewhere; it goes 1 % slower until they meet."
            )
            : null;
        return new HealthPart(
            "clock",
            HealthPart.Ok,
            detail,
            new Dictionary<string, long> { ["millisecondsAhead"] = (long)(ahead?.By ?? TimeSpan.Zero).TotalMilliseconds }
        );
    }

    private static Obstacle? Unavailable(string? why) => why is null ? null : new Obstacle(ErrorCode.Unavailable, why);

    private static Dictionary<string, long> FiguresOf(JournalSpace space)
    {
        var figures = new Dictionary<string, long> { ["bytesReserved"] = space.BytesReserved, ["bytesNeeded"] = space.BytesNeeded };
        if (space.BytesFree is { } free)
            figures["bytesFree"] = free;
        return figures;
    }

    private Obstacle? Standby =>
        _active is null || _lease is not { IsHeld: false } lease ? null
        : lease.Other is { } other
            ? new Obstacle(
                ErrorCode.Standby,
                $"This server stands by: the active one is '{other.Name}'{(other.Url is null ? "" : $", at {other.Url}")}.",
                other.Url
            )
        : new Obstacle(ErrorCode.Standby, "This server stands by: which one is active is not known.");

    private string? Reopening => _timestone?.Reopening is { Count: > 0 } queues
        ? $"Being opened again after their journal failed: {string.Join(", ", queues)}."
        : null;

    /// <inheritdoc/>
    /// <remarks>The web server listens by now: a start whose address is refused creates no journal.</remarks>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _opening = Task.Run(() => OpenAsync(lifetime.ApplicationStopping), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // The web host was started after this and so has stopped before: nobody asks any more.
        await _opening.ConfigureAwait(false);
        if (_scrubbing is not null)
            await _scrubbing.DisposeAsync().ConfigureAwait(false);
        if (_lease is not null)
            await _lease.StopAsync().ConfigureAwait(false);
        if (_active is not null)
            await _active.DisposeAsync().ConfigureAwait(false);
        if (_timestone is not null)
        {
            QueueMetrics.Forget(_timestone);
            await _timestone.DisposeAsync().ConfigureAwait(false);
        }

        await _log.DisposeAsync().ConfigureAwait(false);

        // Only now may another open them: what was begun here would be fenced.
        if (_lease is not null)
            await _lease.DisposeAsync().ConfigureAwait(false);
        if (_events is not null)
            await _events.DisposeAsync().ConfigureAwait(false);
        if (_redis is not null)
            await _redis.DisposeAsync().ConfigureAwait(false);
        if (_journal is not null)
            await _journal.DisposeAsync().ConfigureAwait(false);
    }

    Task IHostedLifecycleService.StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedLifecycleService.StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private LeaseHolder Holder => peers?.Holder ?? new(LeaseHolder.Server, Name, Guid.NewGuid().ToString("N"), options.AdvertiseUrl);

    private string Name => options.Name ?? ListenAddresses.NameOf(options.Urls);

    private async Task OpenAsync(CancellationToken stopping)
    {
        LocalTimestone? timestone = null;
        try
        {
            _journal = await (options.OpenJournal ?? (options.Redis is null ? OpenFiles : OpenRedis))(stopping).ConfigureAwait(false);
            _events = await EventFlow.StartAsync(options, _journal, loggers, peers?.KafkaReaders).ConfigureAwait(false);
            timestone = new LocalTimestone(
                _journal,
                new LocalTimestoneOptions
                {
                    AutoCreate = options.AutoCreate,
                    Defaults = options.Defaults,
                    Observer = _log,
                    GiveWay = peers is not null,
                },
                options.TimeProvider,
                index: _events.Index
            );
            await timestone.StartAsync(stopping).ConfigureAwait(false);
            if (_lease is not null)
                await ShareAsync(timestone, _lease).ConfigureAwait(false);
            peers?.Take(timestone, _journal, _events.Writer);
            _timestone = timestone;
            QueueMetrics.Watch(timestone);
            _reached.TrySetResult(Task.CompletedTask);
            if (_events.Elasticsearch is { } elasticsearch && options.ScrubRate > 0)
                _scrubbing = Scrubbing.Start(
                    options,
                    elasticsearch,
                    Archive(),
                    peers?.Everything ?? timestone,
                    () => peers?.IsScrubber ?? _lease is null or { IsHeld: true },
                    loggers.CreateLogger<Scrubbing>()
                );
            _opened.SetResult();
        }
        catch (Exception problem)
        {
            _reached.TrySetResult(Task.FromException(problem));
            if (timestone is not null)
                await timestone.DisposeAsync().ConfigureAwait(false);
            _opened.SetException(problem);
        }
    }

    private KafkaArchive? Archive() => options.Kafka is { } kafka ? new KafkaArchive(kafka, loggers.CreateLogger<KafkaArchive>()) : null;

    private Task<IJournal> OpenFiles(CancellationToken cancellationToken)
    {
        var journal = FileJournal.Open(new FileJournalOptions
        {
            Directory = options.Data,
            Durability = options.Durability,
            Outbox = options.ReadsOutbox,
            OutboxLimitBytes = options.OutboxLimitBytes,
            AcceptDataLoss = options.AcceptDataLoss,
            Notify = Notify,
        });
        _files = journal;
        var found = journal.Recovered;
        if (found.IsNew)
            LogNew(options.Data);
        else
            LogRecovered(
                found.Queues,
                found.Messages,
                found.Bytes,
                found.Duration.TotalSeconds,
                found.IsCleanEnd ? "a stop in order" : "a crash"
            );
        if (found.TornTail is { } tail)
            LogCut(tail.Bytes, tail.File, tail.Offset);
        foreach (var loss in found.Losses)
            LogLoss(loss);
        return Task.FromResult<IJournal>(journal);
    }

    private async Task<IJournal> OpenRedis(CancellationToken cancellationToken)
    {
        var journal = RedisJournal.Open(options.ForRedis());
        _redis = await RedisWatch.StartAsync(journal, logger, cancellationToken).ConfigureAwait(false);
        _reached.TrySetResult(_redis.Reached);
        _lease = await ActiveLease
            .StartAsync(
                RedisServerLease.Open(options.ForRedis(), options.Lease / 2),
                Holder,
                options.Lease,
                options.LeaseRenewal,
                TimeProvider.System,
                loggers.CreateLogger<ActiveLease>(),
                cancellationToken
            )
            .ConfigureAwait(false);
        return journal;
    }

    // One server is active; of silos all are.
    private async Task ShareAsync(LocalTimestone timestone, ActiveLease lease)
    {
        if (lease.IsShared)
        {
            await lease.RunAsync(static () => Task.CompletedTask, static () => Task.CompletedTask).ConfigureAwait(false);
            return;
        }

        _active = await ActiveQueues
            .StartAsync(timestone, (ISharedJournal)_journal!, loggers.CreateLogger<ActiveQueues>())
            .ConfigureAwait(false);
        await lease.RunAsync(_active.BeginAsync, _active.EndAsync).ConfigureAwait(false);
    }

    private void Notify(string text, Exception? problem) => LogJournal(problem is null ? LogLevel.Warning : LogLevel.Error, problem, text);

    [LoggerMessage(
        2,
        LogLevel.Information,
        "Recovered {Queues} queues with {Messages} messages from {Bytes} bytes in {Seconds:0.0} s, after {End}."
    )]
    private partial void LogRecovered(int queues, long messages, long bytes, double seconds, string end);

    [LoggerMessage(32, LogLevel.Information, "Began a new journal in {Data}: there was none.")]
    private partial void LogNew(string data);

    [LoggerMessage(
        30,
        LogLevel.Warning,
        "Cut off {Bytes} bytes of {File} at offset {Offset}: the last write before a crash, which nobody was answered."
    )]
    private partial void LogCut(long bytes, string file, long offset);

    [LoggerMessage(
        31,
        LogLevel.Error,
        "Started although data is lost, as --accept-data-loss says: {Loss} Messages can be missing, and messages that had ended can be there again."
    )]
    private partial void LogLoss(string loss);

    [LoggerMessage(EventId = 3, Message = "{Text}")]
    private partial void LogJournal(LogLevel level, Exception? problem, string text);
}
