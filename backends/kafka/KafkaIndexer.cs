using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Engine;
using Timestone.Kafka.Clients;
using Timestone.Resilience;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Kafka;

/// <summary>
/// One member of the consumer group that writes the indices: reads both topics, and commits how far it has come after the index has
/// acknowledged.
/// What cannot be indexed goes to the dead-letter topic. In the server or by itself.
/// </summary>
/// <remarks>
/// One thread reads. While a batch is being indexed, which goes on elsewhere, the next one is gathered. Kafka takes a partition from a
/// member that does not ask for records for minutes; so while the index is away the partitions are paused and the asking goes on.
/// </remarks>
public sealed class KafkaIndexer : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(5);

    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly KafkaClients _clients;
    private readonly KafkaTopics _topics;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly IAdminClient _asking;
    private readonly DeadLetters _deadLetters;
    private readonly BatchIndexing _indexing;
    private readonly Progress _progress;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abandoned = new();
    private IndexingBatch _gathered = new();
    private IndexingBatch? _written;
    private Task _writing = Task.CompletedTask;
    private bool _paused, _hasAnotherTopic, _hasCommitted;
    private Task _closing = Task.CompletedTask;
    private bool _disposed;

    /// <summary>Makes one; it does nothing yet.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public KafkaIndexer(KafkaOptions options, IIndexWriter index, ILogger<KafkaIndexer> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(logger);
        (_options, _logger, _time) = (options, logger, time ?? TimeProvider.System);
        _clients = new KafkaClients(options, logger);
        _topics = new KafkaTopics(options, logger);
        _deadLetters = new DeadLetters(options, _clients, _topics, logger);
        _indexing = new BatchIndexing(index, _deadLetters, logger, _time);
        _consumer = _clients.Consumer(builder => builder
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions, lost: false))
            .SetPartitionsLostHandler((_, partitions) => OnRevoked(partitions, lost: true)));
        _asking = new DependentAdminClientBuilder(_consumer.Handle).Build();
        _progress = new Progress(
            _consumer,
            stopping => _topics.IdentifyAsync(_asking, [_options.CurrentTopic, _options.HistoricTopic], stopping),
            options.CommitInterval,
            logger,
            _time
        );
    }

    /// <summary>
    /// Ends with the indexer: well when it is disposed of or a topic is another one than it was, with the reason when it cannot go on.
    /// </summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Starts it. It does not wait for Kafka or the index to be there.</summary>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Completion = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Stops: what is being indexed may end within a few seconds, what was is committed, and the partitions are given up.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _clients.EndAsync(() =>
        {
            // What uses the clients ends first, however long that takes.
            Task.WhenAny(_closing).Wait();
            _asking.Dispose();
            _consumer.Dispose();
        }).ConfigureAwait(false);
        await _deadLetters.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _abandoned.Dispose();
    }

    private void Run()
    {
        try
        {
            if (!WaitForTopics())
                return;
            _consumer.Subscribe([_options.CurrentTopic, _options.HistoricTopic]);
            while (!_stopping.IsCancellationRequested && !_hasAnotherTopic)
            {
                if (_written is null && _paused)
                    Hold(pause: false);
                if (_written is null)
                    Start();
                else
                    Overlap();
                Finish();
                Heed(_progress.Advance());
            }
        }
        catch (Exception problem)
        {
            KafkaLog.Ended(_logger, problem);
            throw;
        }
        finally
        {
            Close();
        }
    }

    // Whoever runs this begins anew.
    private void Heed(string? another)
    {
        if (another is null)
            return;
        KafkaLog.AnotherTopic(_logger, another);
        _hasAnotherTopic = true;
        _abandoned.Cancel();
    }

    private bool WaitForTopics()
    {
        try
        {
            new EndlessRetry("The indexer", _logger, _time)
                .RunAsync("find the topics", async stopping => await _progress.BeginAsync(stopping).ConfigureAwait(false), _stopping.Token)
                .GetAwaiter()
                .GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Nothing is being indexed: takes what is there, and begins with it as soon as there is no more at hand.
    private void Start()
    {
        while (!_gathered.IsFull && Take(_gathered.IsEmpty ? Idle : TimeSpan.Zero))
        {
            // There may be more.
        }

        if (_gathered.IsEmpty)
            return;
        (_written, _gathered) = (_gathered, new IndexingBatch());
        var batch = _written;
        _writing = Task.Run(() => _indexing.RunAsync(batch, _stopping.Token, _abandoned.Token));
    }

    // A batch is being indexed: gathers the next one, then waits; when that takes long, pauses and goes on asking.
    private void Overlap()
    {
        while (!_writing.IsCompleted && !_gathered.IsFull && !_stopping.IsCancellationRequested)
            Take(Glance);
        if (Wait(Patience))
            return;
        while (!_writing.IsCompleted && !_stopping.IsCancellationRequested)
        {
            // Whatever else was assigned meanwhile, too.
            Hold(pause: true);
            Take(Idle);
        }
    }

    private bool Wait(TimeSpan time)
    {
        Task.WaitAny([_writing], (int)time.TotalMilliseconds, CancellationToken.None);
        return _writing.IsCompleted || _stopping.IsCancellationRequested;
    }

    private void Finish()
    {
        if (
            _written is null
            || !_writing.IsCompleted
            || (_writing.IsCanceled && (_stopping.IsCancellationRequested || _abandoned.IsCancellationRequested))
        )
            return;
        _writing.GetAwaiter().GetResult();
        _progress.Reach(_written.Ends());
        _written = null;
    }

    private bool Take(TimeSpan timeout)
    {
        try
        {
            if (_consumer.Consume(timeout) is not { } record)
                return false;
            _clients.Answered();
            _gathered.Add(record);
            return true;
        }
        catch (ConsumeException problem) when (!problem.Error.IsFatal)
        {
            // It goes on by itself.
            KafkaLog.NotConsumed(_logger, problem.Error.Reason);
            return false;
        }
    }

    private void Hold(bool pause)
    {
        try
        {
            if (pause)
                _consumer.Pause(_consumer.Assignment);
            else
                _consumer.Resume(_consumer.Assignment);
            _paused = pause;
        }
        catch (KafkaException problem)
            when (problem.Error.Code is KafkaErrorCode.Local_UnknownPartition or KafkaErrorCode.Local_State or KafkaErrorCode.Local_Partial)
        {
            // A partition that is no longer this member's; the next round sees the others.
        }
    }

    // Kafka's client remembers what was paused: a partition that comes back to this member would not be read.
    private void Release(IEnumerable<TopicPartition> partitions)
    {
        try
        {
            _consumer.Resume(partitions);
        }
        catch (KafkaException problem)
        {
            KafkaLog.FromClient(_logger, "resume", problem.Error.Reason);
        }
    }

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        KafkaLog.Assigned(_logger, partitions);
        return Starts(partitions);
    }

    // The client would ask for these by itself, but only a few times: then it leaves a partition alone for good.
    private List<TopicPartitionOffset> Starts(List<TopicPartition> partitions)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                return _progress.Resume(partitions, Patience);
            }
            catch (KafkaException problem) when (!problem.Error.IsFatal)
            {
                KafkaLog.NotConsumed(_logger, problem.Error.Reason);
                _stopping.Token.WaitHandle.WaitOne(Idle);
            }
        }

        return [];
    }

    // What is being indexed of them goes on, which harms nobody; but how far that was is the next owner's to say.
    private void OnRevoked(List<TopicPartitionOffset> partitions, bool lost)
    {
        var gone = partitions.Select(static partition => partition.TopicPartition).ToHashSet();
        KafkaLog.Revoked(_logger, gone);
        if (_paused)
            Release(gone);
        Finish();
        if (!lost && !_hasCommitted)
            Heed(_progress.CommitAsync().GetAwaiter().GetResult());
        _progress.Disown(gone);
        _gathered.Forget(gone);
    }

    private void Close()
    {
        Task.WaitAny([_writing], LastWrite);
        _abandoned.Cancel();
        Task.WaitAny([_writing], LastWrite);
        if (_written is not null && _writing.IsCompletedSuccessfully)
            _progress.Reach(_written.Ends());
        _closing = Task.Run(() =>
        {
            _progress.CommitAsync().GetAwaiter().GetResult();
            _hasCommitted = true;
            _consumer.Close();
        });
        _clients.EndAsync(() => _closing.GetAwaiter().GetResult()).GetAwaiter().GetResult();
    }
}
