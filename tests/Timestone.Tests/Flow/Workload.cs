using System.Globalization;
using Timestone.Client;

namespace Timestone.Tests.Flow;

/// <summary>
/// Callers who take messages through everything that can happen to one, at random by a seed, and who try again whatever becomes of the
/// servers meanwhile. A run of it is to be brought to its end with <see cref="EndAsync"/>.
/// </summary>
internal sealed class Workload : IAsyncDisposable
{
    /// <summary>The queue that is deleted now and then.</summary>
    public const string Deleted = "temporary";

    /// <summary>The queue of what is sent last.</summary>
    public const string Markers = "markers";

    private const string Exclusive = "files";
    private const int Callers = 6, MaxBatch = 60, Drained = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string[] Queues = ["orders", Exclusive, Deleted];

    private readonly int _seed;
    private readonly int _messages;
    private readonly TimestoneClient[] _clients;
    private Task _load = Task.CompletedTask;
    private TaskCompletionSource _step = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _enqueued;
    private int _limit = int.MaxValue;

    /// <param name="seed">Of everything that is called.</param>
    /// <param name="messages">How many are enqueued.</param>
    /// <param name="servers">Where the servers listen; each caller begins at another.</param>
    public Workload(int seed, int messages, params Uri[] servers)
    {
        (_seed, _messages) = (seed, messages);
        _clients = [.. servers.Select((_, first) => new TimestoneClient(new TimestoneClientOptions
        {
            Addresses = [.. servers.Skip(first), .. servers.Take(first)],
            RequestTimeout = Patience,
            RetryFor = Patience,
            RetryDelay = TimeSpan.FromMilliseconds(20),
            MaxRetryDelay = TimeSpan.FromMilliseconds(200),
        }))];
    }

    /// <summary>The ids of all messages that are enqueued.</summary>
    public IEnumerable<string> Ids =>
        Enumerable.Range(0, Callers).SelectMany(caller => Enumerable.Range(0, ShareOf(caller)).Select(number => IdOf(caller, number)));

    /// <summary>The first server's service.</summary>
    public ITimestone Service => _clients[0];

    /// <summary>Sets the callers to work.</summary>
    public void Start() => _load = Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(caller))));

    /// <summary>Waits until so many messages have been enqueued.</summary>
    /// <param name="messages">How many.</param>
    /// <param name="limit">How many there may be until this is called again: there the callers wait.</param>
    public async Task ReachAsync(int messages, int limit = int.MaxValue)
    {
        Raise(limit);
        while (true)
        {
            var step = Volatile.Read(ref _step).Task;
            if (Volatile.Read(ref _enqueued) >= messages)
                return;
            if (await Task.WhenAny(step, _load) == _load)
            {
                await _load;
                return;
            }
        }
    }

    /// <summary>Waits for the callers, and completes what is left, so that nothing happens any more by itself.</summary>
    public async Task EndAsync()
    {
        Raise(int.MaxValue);
        await _load;
        foreach (var queue in Queues)
        {
            while (await Expected(() => Service.GetDepthAsync(queue)) > 0)
            {
                var left = await Service.DequeueAsync(
                    queue,
                    new DequeueRequest
                    {
                        Max = Drained,
                        Wait = TimeSpan.FromSeconds(1),
                        Lease = TimeSpan.FromMinutes(5),
                    }
                );
                if (left.Messages.Count > 0)
                    await Service.SettleAsync(
                        queue,
                        [.. left.Messages.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))]
                    );
            }
        }
    }

    /// <summary>Sends messages behind everything else, enough for every partition to get some.</summary>
    /// <param name="from">How many were sent so before.</param>
    /// <param name="partitions">How many partitions there are.</param>
    /// <returns>How many have been sent so by now.</returns>
    public async Task<int> MarkAsync(int from, int partitions)
    {
        var count = 16 * partitions;
        await Service.CreateQueueAsync(Markers, new QueueSettings());
        foreach (var ids in Enumerable.Range(from, count).Chunk(Drained))
            Check(await Service.EnqueueAsync(Markers, [.. ids.Select(static id => new NewMessage { Id = $"{id}" })]));
        return from + count;
    }

    public async ValueTask DisposeAsync()
    {
        Raise(int.MaxValue);
        await Task.WhenAny(_load);
        foreach (var client in _clients)
            client.Dispose();
    }

    private static QueueSettings SettingsOf(string queue) => new()
    {
        Type = queue == Exclusive ? QueueType.Exclusive : QueueType.Simple,
        ExclusivityKey = queue == Exclusive ? "file" : null,
        MaxAttempts = 2,
        Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = TimeSpan.FromMilliseconds(20) },
        PublishPayloads = queue == Deleted,
        Retention = TimeSpan.FromDays(1),
    };

    private void Raise(int limit)
    {
        Volatile.Write(ref _limit, limit);
        Interlocked.Exchange(ref _raised, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private async Task WithinLimitAsync()
    {
        while (true)
        {
            var raised = Volatile.Read(ref _raised).Task;
            if (Volatile.Read(ref _enqueued) < Volatile.Read(ref _limit))
                return;
            await raised;
        }
    }

    private async Task CallAsync(int caller)
    {
        var random = new Random((_seed * 31) + caller);
        var client = _clients[caller % _clients.Length];
        var share = ShareOf(caller);
        for (var sent = 0; sent < share;)
        {
            await WithinLimitAsync();
            var queue = Queues[random.Next(Queues.Length)];
            var batch = NewMessages(random, caller, sent, Math.Min(share - sent, 1 + random.Next(MaxBatch)));
            await EnqueueAsync(client, queue, batch);
            sent += batch.Count;
            Interlocked.Add(ref _enqueued, batch.Count);
            Interlocked.Exchange(ref _step, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            await Expected(() => WorkAsync(client, queue, caller, random));
            await Expected(() => InterveneAsync(client, queue, batch, random));
        }
    }

    private int ShareOf(int caller) => (_messages / Callers) + (caller < _messages % Callers ? 1 : 0);

    private static string IdOf(int caller, int number) => string.Create(CultureInfo.InvariantCulture, $"{caller}-{number}");

    private static List<NewMessage> NewMessages(Random random, int caller, int from, int count) =>
        [
            .. Enumerable
                .Range(from, count)
                .Select(number => new NewMessage
                {
                    Id = IdOf(caller, number),
                    Payload = Payload.FromText($"payload {number}"),
                    Metadata = Metadata.Of("file", $"f{random.Next(200)}"),
                    Deadline = random.Next(3) == 0 ? DateTimeOffset.UtcNow.AddSeconds(random.Next(3)) : null,
                    Invisible = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(100)) : null,
                }),
        ];

    // A queue that has been deleted is made again.
    private static async Task EnqueueAsync(TimestoneClient client, string queue, List<NewMessage> batch)
    {
        while (true)
        {
            try
            {
                Check(await client.EnqueueAsync(queue, batch));
                return;
            }
            catch (TimestoneException absent) when (absent.Code == ErrorCode.QueueNotFound)
            {
                await client.CreateQueueAsync(queue, SettingsOf(queue));
            }
        }
    }

    // What is neither settled nor extended expires.
    private static async Task<long> WorkAsync(TimestoneClient client, string queue, int caller, Random random)
    {
        var taken = await client.DequeueAsync(
            queue,
            new DequeueRequest
            {
                Max = MaxBatch,
                Worker = $"worker {caller}",
                Lease = TimeSpan.FromSeconds(1),
            }
        );
        List<Settlement> settlements = [];
        foreach (var message in taken.Messages)
        {
            var (id, token) = (message.Id, message.LeaseToken!);
            switch (random.Next(20))
            {
                case < 11:
                    settlements.Add(Settlement.Complete(id, token));
                    break;
                case < 15:
                    settlements.Add(Settlement.Fail(id, token, $"It broke for the {message.Attempt}. time: §{random.Next(100)}"));
                    break;
                case < 16:
                    settlements.Add(Settlement.Fail(id, token, "It never will.", permanent: true));
                    break;
                case < 18:
                    settlements.Add(Settlement.Release(id, token));
                    break;
            }
        }

        if (settlements.Count > 0)
            await client.SettleAsync(queue, settlements);
        return settlements.Count;
    }

    private static async Task<long> InterveneAsync(TimestoneClient client, string queue, List<NewMessage> batch, Random random)
    {
        switch (random.Next(16))
        {
            case < 6:
                await client.CancelAsync(
                    queue,
                    [
                        .. batch
                            .Where(_ => random.Next(8) == 0)
                            .Append(batch[0])
                            .DistinctBy(static message => message.Id)
                            .Select(static message => new Cancellation { Id = message.Id! }),
                    ]
                );
                return 1;
            case < 9:
                await client.RedriveAsync(queue, batch[0].Id!);
                return 1;
            case 9:
                return await client.RedriveAllAsync(queue);
            case 10:
                return (
                    await client.PurgeAsync(
                        queue,
                        random.Next(3) switch
                        {
                            0 => PurgeScope.Completed,
                            1 => PurgeScope.Errored,
                            _ => PurgeScope.Canceled,
                        }
                    )
                ).Total;
            case 11:
                await client.DeleteQueueAsync(Deleted);
                return 1;
            default:
                return 0;
        }
    }

    // What the others have done meanwhile is no failure.
    private static async Task<long> Expected(Func<Task<long>> call)
    {
        try
        {
            return await call();
        }
        catch (TimestoneException other)
            when (other.Code is ErrorCode.QueueNotFound or ErrorCode.MessageNotFound or ErrorCode.IllegalTransition)
        {
            return 0;
        }
    }

    private static void Check(IReadOnlyList<MessageResult> results)
    {
        foreach (var result in results)
            result.ThrowIfError();
    }
}
