using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Timestone.Resilience;

namespace Timestone.Kafka.Clients;

/// <summary>
/// How far a reader has come in the partitions that it has. Commits that at intervals, and only for topics that are still the ones it began
/// with. Used by one caller at a time.
/// </summary>
/// <remarks>
/// <para>Kafka keeps committed offsets under a topic's name. Where a topic is deleted and created again, Kafka's client reads on at the
/// offset that it had in the deleted one, as soon as the new one is long enough. What is before that offset would never be read. So this is
/// the order:</para>
/// <list type="number">
/// <item>The ids of the topics are asked before anything is read.</item>
/// <item>Records are read and done.</item>
/// <item>The ids are asked again. An id never comes back: where it is the same, what was done before the question was read in that topic,
/// and is committed.</item>
/// <item>Where it is another one, the beginning is committed instead: a commit may have been under way while the topic was deleted.</item>
/// </list>
/// <para>One gap is left: the topic is deleted and made again between the answer and the commit, and the reader dies before it asks
/// again.</para>
/// <para>The question costs a round trip for each commit, not for each record, and nobody waits for it. Topics whose ids Kafka does not
/// tell are committed all the same.</para>
/// <para>Everything is committed once at the start and once a day, moved or not: Kafka forgets what a group without members has not
/// committed for a week (<c>offsets.retention.minutes</c>), also of partitions that are idle. What fails is tried again after the
/// interval.</para>
/// </remarks>
internal sealed class Progress(
    IConsumer<byte[], byte[]> consumer,
    Func<CancellationToken, Task<Dictionary<string, string>>> identify,
    TimeSpan interval,
    ILogger logger,
    TimeProvider time
)
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2), Renewal = TimeSpan.FromDays(1);

    // How far each partition was done, of those that the reader has.
    private readonly Dictionary<TopicPartition, Offset> _reached = [];
    private readonly Dictionary<TopicPartition, Offset> _committed = [];

    // Null until the ids were asked.
    private Dictionary<string, string>? _ids;
    private Task<Round>? _round;
    private long _askedAt = time.GetTimestamp(), _renewedAt = time.GetTimestamp();
    private bool _hasNews, _isTold;

    /// <summary>Asks which topics these are, as must be done before anything of them is read. The reader has no partitions then.</summary>
    /// <exception cref="IOException">It is not known yet: the brokers cannot be asked now, or topics were missing and have just been
    /// created.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        Forget();

        // It is told of the topics that were.
        if (_round is { } running)
            await running.ConfigureAwait(false);
        _round = null;
        _ids = await identify(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The reader has partitions: asks how far they were done, which blocks.</summary>
    /// <returns>Where the reader begins: at what was committed, else at the beginning.</returns>
    /// <exception cref="KafkaException">The brokers cannot be asked now. The reader does not have the partitions.</exception>
    public List<TopicPartitionOffset> Resume(IEnumerable<TopicPartition> partitions, TimeSpan patience)
    {
        var starts = consumer
            .Committed(partitions, patience)
            .ConvertAll(static at => new TopicPartitionOffset(at.TopicPartition, at.Offset.IsSpecial ? 0 : at.Offset));
        Own(starts);
        return starts;
    }

    /// <summary>The reader has partitions, which were done up to these offsets.</summary>
    public void Own(IEnumerable<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
        {
            _reached[partition.TopicPartition] = partition.Offset;
            _hasNews = true;
        }
    }

    /// <summary>The reader has these partitions no more.</summary>
    public void Disown(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _reached.Remove(partition);
            _committed.Remove(partition);
        }
    }

    /// <summary>Everything before these offsets was done. Partitions that the reader does not have are passed over.</summary>
    public void Reach(IEnumerable<TopicPartitionOffset> ends)
    {
        foreach (var end in ends)
        {
            if (_reached.TryGetValue(end.TopicPartition, out var before) && before != end.Offset)
                (_reached[end.TopicPartition], _hasNews) = (end.Offset, true);
        }
    }

    /// <summary>Has what was done committed when it is time, without waiting for that.</summary>
    /// <returns>A topic that is another one now; null for none. Then the reader has no partitions any more, and must begin anew.</returns>
    public string? Advance()
    {
        if (_round is { } round)
            return round.IsCompleted ? End() : null;
        if (_ids is not { } ids)
            return null;
        if (time.GetElapsedTime(_renewedAt) >= Renewal)
        {
            _committed.Clear();
            (_renewedAt, _hasNews) = (time.GetTimestamp(), true);
        }

        if (time.GetElapsedTime(_askedAt) >= (_hasNews ? interval : Glance))
            Start(ids);
        return null;
    }

    /// <summary>Has everything committed that was done, and waits for it.</summary>
    /// <returns>As <see cref="Advance"/>.</returns>
    public async Task<string?> CommitAsync()
    {
        // Who has just not answered is not waited for once more.
        var failed = _round is { } running && (await running.ConfigureAwait(false)).Problem is not null;
        if (End() is { } another)
            return another;
        if (_hasNews && !failed && _ids is { } ids)
            await Start(ids).ConfigureAwait(false);
        return End();
    }

    private void Forget()
    {
        _ids = null;
        _reached.Clear();
        _committed.Clear();
    }

    private Task Start(Dictionary<string, string> ids)
    {
        (_askedAt, _hasNews) = (time.GetTimestamp(), false);
        List<TopicPartitionOffset> ends =
        [
            .. _reached
                .Where(done => !_committed.TryGetValue(done.Key, out var committed) || committed != done.Value)
                .Select(static done => new TopicPartitionOffset(done.Key, done.Value)),
        ];
        return _round = AskAndCommitAsync(ids, ends, [.. _reached.Keys]);
    }

    private async Task<Round> AskAndCommitAsync(Dictionary<string, string> ids, List<TopicPartitionOffset> ends, List<TopicPartition> owned)
    {
        try
        {
            var found = await identify(CancellationToken.None).ConfigureAwait(false);
            var others = found
                .Where(topic => ids.TryGetValue(topic.Key, out var before) && before != topic.Value)
                .Select(static topic => topic.Key)
                .ToHashSet();
            var commits =
                others.Count == 0
                    ? ends
                    :
                    [
                        .. owned
                            .Where(partition => others.Contains(partition.Topic))
                            .Select(static partition => new TopicPartitionOffset(partition, 0)),
                    ];

            // It blocks, for long while the group's broker is away: so not on a thread of the pool, on which grains run.
            if (commits.Count > 0)
                await Task
                    .Factory.StartNew(
                        () => consumer.Commit(commits),
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                    .ConfigureAwait(false);
            return new Round(commits, others.FirstOrDefault(), Problem: null);
        }
        catch (Exception problem) when (problem is IOException or KafkaException { Error.IsFatal: false })
        {
            return new Round(ends, Another: null, problem);
        }
    }

    private string? End()
    {
        if (_round is not { } round)
            return null;
        _round = null;
        var (commits, another, problem) = round.GetAwaiter().GetResult();
        if (another is not null)
            Forget();
        else if (problem is not null)
        {
            // It is tried again with the next. If the partitions have gone to another reader, that one begins a little earlier.
            _hasNews |= commits.Count > 0;
            if (_hasNews && !_isTold && problem is not ToldException)
                KafkaLog.NotCommitted(logger, problem.Message);
            _isTold |= problem is not ToldException;
        }
        else
        {
            _isTold = false;
            foreach (var commit in commits.Where(commit => _reached.ContainsKey(commit.TopicPartition)))
                _committed[commit.TopicPartition] = commit.Offset;
        }

        return another;
    }

    /// <summary>A question which topics these are, and what was committed after it.</summary>
    /// <param name="Commits">What was committed, or could not be.</param>
    /// <param name="Another">A topic that is another one; null for none.</param>
    /// <param name="Problem">Why it could not be asked or committed; null if it could.</param>
    private sealed record Round(IReadOnlyList<TopicPartitionOffset> Commits, string? Another, Exception? Problem);
}
