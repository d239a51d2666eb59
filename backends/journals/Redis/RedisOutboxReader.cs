using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>
/// Reads the outboxes that no other server publishes: at once of queues that are committed to here, and of all others when it
/// looks around, now and then.
/// </summary>
internal sealed class RedisOutboxReader(RedisOutbox outbox) : IOutboxReader
{
    private const int BatchEntries = 5000,
        CommitsAtOnce = 500,
        KeysAtOnce = 1000;

    private readonly string _token = Guid.NewGuid().ToString("N");
    private readonly RowReader _parts = new();
    private readonly Dictionary<string, QueuePlace> _places = new(StringComparer.Ordinal);
    private readonly List<Batch> _open = [];
    private long? _lookedAround;

    public async ValueTask<OutboxBatch> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_lookedAround is not { } last || Stopwatch.GetElapsedTime(last) >= outbox.Takeover)
                await LookAroundAsync(cancellationToken).ConfigureAwait(false);
            var (queue, more) = outbox.Next();
            if (queue is null)
            {
                var rest = outbox.Takeover - Stopwatch.GetElapsedTime(_lookedAround!.Value);
                await more.WaitAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (await ReadAsync(queue).ConfigureAwait(false) is { } batch)
            {
                _open.Add(batch);
                return batch;
            }
        }
    }

    public async ValueTask AcknowledgeAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        // What a try before this one has acknowledged is not there any more.
        for (var count = _open.IndexOf((Batch)batch) + 1; count > 0; count--)
        {
            var oldest = _open[0];
            var keys = new RedisKeys(oldest.Queue);
            var left = (long)
                await outbox
                    .Link.RunAsync(Script.AcknowledgeOutbox, keys.Publishing, [_token, oldest.Dropped, .. oldest.Ids])
                    .ConfigureAwait(false);
            _places[oldest.Queue].ToldDropped = 0;
            outbox.Measured(oldest.Queue, left, 0);
            _open.RemoveAt(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // What was read and not acknowledged comes again, here or elsewhere.
        try
        {
            foreach (var queue in _open.Select(static batch => batch.Queue).Distinct(StringComparer.Ordinal))
                await outbox
                    .Link.RunAsync(Script.AcknowledgeOutbox, new RedisKeys(queue).Publishing, [_token, "release"])
                    .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Then others wait until its time is over.
        }

        outbox.Close();
    }

    // Of all queues, whoever publishes them. An id begins with the time at which Redis took the entry; or, where Redis' clock went back,
    // with the latest that it had shown before.
    // An entry whose time is still to come tells that, and not how long it waits.
    public async ValueTask<TimeSpan?> LagAsync(CancellationToken cancellationToken = default) =>
        await outbox
            .Link.CallAsync(
                async client =>
                {
                    TimeSpan? longest = TimeSpan.Zero;
                    foreach (var server in AllMasters(client))
                    {
                        var (oldest, newest) = (long.MaxValue, long.MinValue);
                        var database = client.GetDatabase();
                        await foreach (
                            var some in KeysAsync(client, server)
                                .Chunk(KeysAtOnce)
                                .WithCancellation(cancellationToken)
                                .ConfigureAwait(false)
                        )
                        {
                            foreach (
                                var first in await Task.WhenAll(some.Select(key => database.StreamRangeAsync(key, count: 1)))
                                    .ConfigureAwait(false)
                            )
                            {
                                if (first is [var entry] && MillisecondsOf(entry.Id!) is var time)
                                    (oldest, newest) = (Math.Min(oldest, time), Math.Max(newest, time));
                            }
                        }

                        if (newest < oldest)
                            continue;
                        var now = new DateTimeOffset(
                            await server.TimeAsync().ConfigureAwait(false),
                            TimeSpan.Zero
                        ).ToUnixTimeMilliseconds();
                        if (newest > now)
                            return null;
                        var lag = TimeSpan.FromMilliseconds(Math.Max(1, now - oldest));
                        longest = lag > longest ? lag : longest;
                    }

                    return longest;
                },
                cancellationToken
            )
            .ConfigureAwait(false);

    private async Task LookAroundAsync(CancellationToken cancellationToken)
    {
        var queues = await outbox.Link.CallAsync(FindAsync, cancellationToken).ConfigureAwait(false);
        _lookedAround = Stopwatch.GetTimestamp();
        outbox.Found(queues);
    }

    private static async Task<List<string>> FindAsync(ConnectionMultiplexer client)
    {
        var queues = new List<string>();
        foreach (var server in Masters(client))
        {
            await foreach (var key in KeysAsync(client, server).ConfigureAwait(false))
                queues.Add(RedisKeys.QueueOfOutbox(key!));
        }

        return queues;
    }

    private static IEnumerable<IServer> Masters(ConnectionMultiplexer client) =>
        client.GetServers().Where(static server => server is { IsConnected: true, IsReplica: false });

    // What waits in one that cannot be asked is not known.
    private static List<IServer> AllMasters(ConnectionMultiplexer client)
    {
        var masters = Masters(client).ToList();
        if (masters.Count == 0)
            throw new IOException("No Redis is connected.");
        var reached = masters.Select(static server => server.EndPoint).ToHashSet();
        if (
            masters[0].ClusterConfiguration is { } cluster
            && cluster.Nodes.Any(node => node is { IsReplica: false, Slots.Count: > 0 } && !reached.Contains(node.EndPoint!))
        )
            throw new IOException("Not all nodes of the Redis cluster are connected.");
        return masters;
    }

    private static IAsyncEnumerable<RedisKey> KeysAsync(ConnectionMultiplexer client, IServer server) =>
        server.KeysAsync(client.GetDatabase().Database, RedisKeys.OutboxPattern, KeysAtOnce);

    private static long MillisecondsOf(string id) =>
        long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    private async Task<Batch?> ReadAsync(string queue)
    {
        var place = _places.TryGetValue(queue, out var known) ? known : _places[queue] = new QueuePlace();
        try
        {
            var entries = new List<OutboxEntry>();
            var ids = new List<RedisValue>();
            var dropped = 0L;
            while (entries.Count < BatchEntries)
            {
                var answer = await outbox
                    .Link.RunAsync(
                        Script.ReadOutbox,
                        new RedisKeys(queue).Publishing,
                        [_token, (long)outbox.Takeover.TotalMilliseconds, place.Next, CommitsAtOnce]
                    )
                    .ConfigureAwait(false);
                if (answer.IsNull)
                {
                    outbox.IsAnothers(queue);
                    break;
                }

                var parts = (RedisResult[])answer!;
                var (read, values) = ((RedisValue[])parts[0]!, (RedisValue[])parts[1]!);
                (dropped, var waiting) = ((long)parts[2], (long)parts[3]);
                outbox.Measured(queue, waiting, Math.Max(0, dropped - place.ToldDropped));
                place.ToldDropped = dropped;
                for (var i = 0; i < read.Length; i++)
                    RedisFormat.ReadOutbox(_parts, queue, (byte[])values[i]!, entries);
                ids.AddRange(read);
                if (read.Length > 0)
                    place.MoveBehind(read[^1]!);
                if (read.Length < CommitsAtOnce)
                    break;
            }

            if (entries.Count >= BatchEntries)
                outbox.Found([queue]);
            return ids.Count == 0 ? null : new Batch(queue, ids, dropped, entries, afterGap: dropped > 0);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            // What was read on the way is read again with the rest.
            place.Return(_open.LastOrDefault(batch => batch.Queue == queue)?.Ids[^1]);
            outbox.Found([queue]);
            throw problem as IOException
                ?? new IOException($"The outbox of queue '{queue}' cannot be understood: {problem.Message}", problem);
        }
    }

    /// <summary>How far a queue's outbox was read.</summary>
    private sealed class QueuePlace
    {
        public RedisValue Next { get; private set; } = "-";

        /// <summary>What was last told to have been dropped.</summary>
        public long ToldDropped { get; set; }

        // An id is two numbers, and the next possible one has the second one larger by one.
        public void MoveBehind(string id)
        {
            var hyphen = id.IndexOf('-', StringComparison.Ordinal);
            Next = string.Create(
                CultureInfo.InvariantCulture,
                $"{id.AsSpan(0, hyphen)}-{ulong.Parse(id.AsSpan(hyphen + 1), CultureInfo.InvariantCulture) + 1}"
            );
        }

        public void Return(RedisValue? last)
        {
            if (last is { } id)
                MoveBehind(id!);
            else
                Next = "-";
        }
    }

    private sealed class Batch(string queue, List<RedisValue> ids, long dropped, IReadOnlyList<OutboxEntry> entries, bool afterGap)
        : OutboxBatch(entries, afterGap)
    {
        public string Queue => queue;

        public List<RedisValue> Ids => ids;

        public long Dropped => dropped;
    }
}
