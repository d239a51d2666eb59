using StackExchange.Redis;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>
/// A journal in Redis, or in a Redis Cluster, which several servers can share: whoever opens a queue last owns it. A commit
/// is one script, which the store runs all or nothing. See docs/redis-journal.md.
/// </summary>
public sealed class RedisJournal : ISharedJournal
{
    // How scripts begin an error that tells of damage.
    private const string Damage = "DAMAGED ";

    // In the error of a Redis that has no room.
    private const string Full = "OOM command not allowed";

    private const string NoRoom = "Redis is full: there is no room for a new queue. Try again when there is space.";

    private readonly RedisLink _link;
    private readonly TimeProvider _time;
    private readonly ReplicatedScripts? _replicated;
    private volatile RedisCondition? _condition;

    private RedisJournal(RedisJournalOptions options, ConfigurationOptions configuration)
    {
        Addresses = [.. configuration.EndPoints.Select(RedisConfiguration.Text)];
        _link = new RedisLink(configuration, options.Timeout);
        _time = options.TimeProvider;
        Streams = options.Outbox ? new RedisOutbox(_link, options) : null;
        WakeTable = new RedisWakeTable(this);
        _replicated = options.WaitReplicas == 0 ? null : new ReplicatedScripts(_link, configuration, options.WaitReplicas, options.Timeout);
    }

    /// <summary>The addresses that it was given.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <inheritdoc/>
    public IOutbox? Outbox => Streams;

    /// <inheritdoc/>
    public JournalSpace? Space => _condition is { BytesMax: { } max, BytesUsed: { } used } condition
        ? new JournalSpace(condition.IsFull ? JournalRoom.WorkOnly : JournalRoom.Ample, Math.Max(0, max - used), 0, 0)
        : null;

    /// <inheritdoc/>
    public IWakeTable WakeTable { get; }

    internal RedisOutbox? Streams { get; }

    internal RedisLink Link => _link;

    /// <summary>Starts to connect. A Redis that cannot be reached yet is waited for by whoever calls.</summary>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public static RedisJournal Open(RedisJournalOptions options)
    {
        Check(options);
        return new RedisJournal(options, RedisConfiguration.Parse(options.Configuration));
    }

    /// <summary>Checks what can be checked of options without a Redis.</summary>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public static void Check(RedisJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.WaitReplicas);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.OutboxLimit);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.OutboxTakeover, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero);
        RedisConfiguration.Parse(options.Configuration);
    }

    /// <summary>Asks Redis whether it is there.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public Task PingAsync(CancellationToken cancellationToken = default) =>
        _link.CallAsync(static client => client.GetDatabase().PingAsync(), cancellationToken);

    /// <summary>Asks each server of Redis how it is doing.</summary>
    /// <exception cref="IOException">None answers.</exception>
    public async Task<RedisCondition> ExamineAsync(CancellationToken cancellationToken = default) =>
        _condition = await _link.CallAsync(RedisExamination.RunAsync, cancellationToken).ConfigureAwait(false);

    /// <summary>
    /// Checks a queue's keys against each other without opening it: its owner goes on, and what it changes meanwhile is
    /// looked at again.
    /// </summary>
    /// <returns>What was found; null when there is nothing of such a queue.</returns>
    /// <exception cref="IOException">Redis cannot be reached or refuses.</exception>
    public Task<Inspection?> InspectAsync(string queue, CancellationToken cancellationToken = default) =>
        new Inspector(_link, queue).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default)
    {
        var sets = await _link
            .CallAsync(
                static client =>
                    Task.WhenAll(
                        Enumerable
                            .Range(0, RedisKeys.NameSets)
                            .Select(number => client.GetDatabase().SetMembersAsync(RedisKeys.NameSet(number)))
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. sets.SelectMany(static names => names).Select(static name => (string)name!).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async ValueTask<string?> ReadIdAsync(CancellationToken cancellationToken = default) => await _link.CallAsync(
        static async client =>
        {
            // Asked for each time: a Redis that was emptied is another store.
            var database = client.GetDatabase();
            if (await database.StringGetAsync(RedisKeys.Id).ConfigureAwait(false) is { IsNull: false } id)
                return (string?)id;
            try
            {
                await database.ExecuteAsync("SET", RedisKeys.Id, Guid.NewGuid().ToString("n"), "NX").ConfigureAwait(false);
            }
            catch (RedisServerException refusal) when (refusal.Message.Contains(Full, StringComparison.Ordinal))
            {
                // There is one when there is room.
            }

            // Another process may have been faster.
            return (string?)await database.StringGetAsync(RedisKeys.Id).ConfigureAwait(false);
        },
        cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<QueueRow?> ReadQueueAsync(string queue, CancellationToken cancellationToken = default)
    {
        var row = (byte[]?)
            await _link
                .CallAsync(client => client.GetDatabase().HashGetAsync(new RedisKeys(queue).Settings, "row"), cancellationToken)
                .ConfigureAwait(false);
        return row is null ? null : Understand(queue, () => RedisFormat.ReadQueue(row));
    }

    /// <inheritdoc/>
    public async ValueTask<StoredMessage?> ReadMessageAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        var keys = new RedisKeys(queue);
        var read = await _link
            .CallAsync(
                client =>
                    RedisLink.RunAsync(
                        client.GetDatabase(),
                        Script.Read,
                        [keys.Settings, keys.Rows, keys.Payloads],
                        [id],
                        CommandFlags.None
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        if ((byte[]?[])read! is not [{ } settings, { } row, { } payload])
            return null;
        return Understand(
            queue,
            () =>
            {
                var parts = new RowReader();
                return new StoredMessage(
                    RedisFormat.ReadQueue(settings),
                    RedisFormat.ReadPayload(parts, RedisFormat.ReadRow(parts, id, row), payload)
                );
            }
        );
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">Redis cannot be reached or refused.</exception>
    /// <exception cref="QueueDamagedException">What Redis holds of the queue is damaged.</exception>
    public async ValueTask<IQueueJournal?> OpenAsync(string queue, QueueRow? create = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        var keys = new RedisKeys(queue);
        try
        {
            // Before it is opened: should its owner end then, somebody looks after what it has left.
            await WakeTable.SetOpenAsync([queue], cancellationToken).ConfigureAwait(false);
            var clock = new StoreClock(_time);
            var asked = clock.Timestamp;
            var opened = await RaiseEpochAsync(keys, null).ConfigureAwait(false);
            if (opened.IsNull && create is not null)
                opened = IsFull ? throw new JournalFullException(NoRoom) : await CreateAsync(keys, create).ConfigureAwait(false);
            if (opened.IsNull)
            {
                await WakeTable.SetClosedAsync(queue, null, cancellationToken).ConfigureAwait(false);
                return null;
            }

            var parts = (RedisResult[])opened!;
            var (epoch, created) = ((long)parts[0], (long)parts[1] == 1);
            // The epoch is a time by the clock of Redis, in microseconds.
            clock.Note(epoch / 1000, asked);
            var lastSequence = parts[4].IsNull ? 0 : (long)parts[4];
            var row = RedisFormat.ReadQueue((byte[])parts[3]!);
            List<MessageRow> rows = created ? [] : await new RowLoader(_link, keys).LoadAsync(cancellationToken).ConfigureAwait(false);
            var room = created
                ? JournalRoom.Ample
                : await CheckAsync(keys, epoch, clock).ConfigureAwait(false) ?? throw new JournalFencedException(queue, epoch);
            return new RedisQueueJournal(this, keys, epoch, created, lastSequence, row, rows, room, clock);
        }
        catch (IOException problem)
            when (problem.InnerException is RedisServerException refusal && refusal.Message.Contains(Full, StringComparison.Ordinal))
        {
            throw new JournalFullException(NoRoom, problem);
        }
        catch (IOException problem)
            when (problem.InnerException is RedisServerException refusal && refusal.Message.StartsWith(Damage, StringComparison.Ordinal))
        {
            throw Damaged(queue, RedisLink.Describe(refusal)[Damage.Length..], refusal);
        }
        catch (Exception problem) when (problem is not (IOException or OperationCanceledException))
        {
            throw Damaged(queue, problem);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_replicated is not null)
            await _replicated.DisposeAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Whether every master has used up what new messages may take: the rest of its memory is for work on those that it holds.
    /// </summary>
    internal bool IsFull => _condition?.IsFull == true;

    /// <summary>Commits a batch.</summary>
    /// <param name="keys">The queue's.</param>
    /// <param name="arguments">Those of the script.</param>
    /// <param name="clock">Is told what the clock of Redis says, where the answer does.</param>
    /// <returns>What Redis has room for afterwards; null when the epoch is over and nothing was written.</returns>
    internal async Task<JournalRoom?> CommitAsync(RedisKeys keys, RedisValue[] arguments, StoreClock clock)
    {
        var asked = clock.Timestamp;
        return RoomOf((long)await RunAsync(Script.Commit, keys, arguments).ConfigureAwait(false), clock, asked);
    }

    /// <summary>Asks whether an epoch still holds.</summary>
    /// <returns>As <see cref="CommitAsync"/>.</returns>
    internal async Task<JournalRoom?> CheckAsync(RedisKeys keys, long epoch, StoreClock? clock = null)
    {
        var asked = clock?.Timestamp ?? 0;
        var answer = await _link.RunAsync(Script.Commit, keys.All, clock is null ? [epoch] : [epoch, "time"]).ConfigureAwait(false);
        return RoomOf((long)answer, clock, asked);
    }

    /// <summary>Deletes a queue.</summary>
    /// <returns>As <see cref="CommitAsync"/>.</returns>
    internal async Task<JournalRoom?> DeleteAsync(string queue, RedisKeys keys, long epoch, RedisValue told)
    {
        if ((long)await RunAsync(Script.Delete, keys, [epoch, told]).ConfigureAwait(false) == 0)
            return null;

        // The name is in another slot. Whoever creates the queue meanwhile puts its name there before and after: either that
        // comes after the removal here, or the queue is seen here and its name put back.
        return await _link.CallAsync(async client =>
        {
            var database = client.GetDatabase();
            await database.SetRemoveAsync(keys.Names, queue).ConfigureAwait(false);
            await database.SortedSetRemoveAsync(RedisKeys.WakeSet(RedisKeys.PartOf(queue)), queue).ConfigureAwait(false);
            if (await database.KeyExistsAsync(keys.Settings).ConfigureAwait(false))
                await AddNameAsync(client, keys, queue).ConfigureAwait(false);
            return JournalRoom.Ample;
        }).ConfigureAwait(false);
    }

    private async Task<RedisResult> CreateAsync(RedisKeys keys, QueueRow row)
    {
        await _link.CallAsync(client => client.GetDatabase().SetAddAsync(keys.Names, row.Name)).ConfigureAwait(false);
        var opened = await RaiseEpochAsync(keys, row).ConfigureAwait(false);
        await _link.CallAsync(client => AddNameAsync(client, keys, row.Name)).ConfigureAwait(false);
        return opened;
    }

    private static Task<RedisResult> AddNameAsync(ConnectionMultiplexer client, RedisKeys keys, string queue) =>
        RedisLink.RunAsync(client.GetDatabase(), Script.Name, [keys.Names], [queue], CommandFlags.None);

    // What commit.lua answers.
    private static JournalRoom? RoomOf(long answer, StoreClock? clock, long asked)
    {
        if (answer == 0)
            return null;
        if (answer >> 2 is var time and not 0)
            clock?.Note(time, asked);
        return (answer & 3) == 1 ? JournalRoom.Ample : JournalRoom.WorkOnly;
    }

    private Task<RedisResult> RaiseEpochAsync(RedisKeys keys, QueueRow? create) =>
        RunAsync(Script.Open, keys, create is null ? [] : [(int)RedisFormat.Version, RedisFormat.Queue(new ByteWriter(), create)]);

    private Task<RedisResult> RunAsync(Script script, RedisKeys keys, RedisValue[] arguments) =>
        _replicated is null ? _link.RunAsync(script, keys.All, arguments) : _replicated.RunAsync(script, keys.All, arguments);

    // Whatever reading throws comes of what is stored.
    private static T Understand<T>(string queue, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem)
        {
            throw Damaged(queue, problem);
        }
    }

    private static QueueDamagedException Damaged(string queue, Exception problem) =>
        Damaged(queue, problem is InvalidDataException ? problem.Message : "A value is not what it should be.", problem);

    private static QueueDamagedException Damaged(string queue, string what, Exception problem) =>
        new($"Queue '{queue}' is damaged in Redis: {what} See 'timestone inspect'.", problem);
}
