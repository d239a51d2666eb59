using StackExchange.Redis;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>
/// The table of wake times: sorted sets, a queue's score the time in Unix milliseconds, or infinity while it is open. The time is that of
/// Redis' clock, so that those who close and open queues need not agree on it.
/// </summary>
internal sealed class RedisWakeTable(RedisJournal journal) : IWakeTable
{
    private const int MostDue = 1000, MostAtOnce = 1000;
    private static readonly RedisValue Open = "+inf";

    public int Parts => RedisKeys.NameSets;

    public async ValueTask SetOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default) =>
        await SetAsync(queues, Open, isNew: false, cancellationToken).ConfigureAwait(false);

    public async ValueTask AddOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default) =>
        await SetAsync(queues, Open, isNew: true, cancellationToken).ConfigureAwait(false);

    public async ValueTask SetClosedAsync(string queue, TimeSpan? dueIn, CancellationToken cancellationToken = default)
    {
        if (dueIn is { } wait)
            await SetAsync([queue], (long)wait.TotalMilliseconds, isNew: false, cancellationToken).ConfigureAwait(false);
        else
            await journal
                .Link.CallAsync(
                    client => client.GetDatabase().SortedSetRemoveAsync(RedisKeys.WakeSet(RedisKeys.PartOf(queue)), queue),
                    cancellationToken
                )
                .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<string>> FindOpenAsync(int part, CancellationToken cancellationToken = default)
    {
        var found = await journal
            .Link.CallAsync(
                client =>
                    client
                        .GetDatabase()
                        .SortedSetRangeByScoreAsync(RedisKeys.WakeSet(part), double.PositiveInfinity, double.PositiveInfinity),
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(static name => (string)name!)];
    }

    public async ValueTask<IReadOnlyList<string>> FindDueAsync(int part, CancellationToken cancellationToken = default)
    {
        var found = await journal
            .Link.CallAsync(
                client => RedisLink.RunAsync(client.GetDatabase(), Script.Due, [RedisKeys.WakeSet(part)], [MostDue], CommandFlags.None),
                cancellationToken
            )
            .ConfigureAwait(false);
        return (string[])found!;
    }

    public async ValueTask BeginAsync(CancellationToken cancellationToken = default)
    {
        if (
            await journal
                .Link.CallAsync(static client => client.GetDatabase().KeyExistsAsync(RedisKeys.WakeBegun), cancellationToken)
                .ConfigureAwait(false)
        )
            return;
        var queues = await journal.ListQueuesAsync(cancellationToken).ConfigureAwait(false);
        await SetAsync(queues, 0, isNew: true, cancellationToken).ConfigureAwait(false);
        await journal
            .Link.CallAsync(static client => client.GetDatabase().StringSetAsync(RedisKeys.WakeBegun, 1), cancellationToken)
            .ConfigureAwait(false);
    }

    // A script takes so many queues at a time: nothing else runs in Redis meanwhile.
    private Task<RedisResult[]> SetAsync(
        IReadOnlyCollection<string> queues,
        RedisValue score,
        bool isNew,
        CancellationToken cancellationToken
    ) =>
        journal.Link.CallAsync(
            client =>
                Task.WhenAll(
                    queues
                        .GroupBy(RedisKeys.PartOf)
                        .SelectMany(part =>
                            part.Chunk(MostAtOnce)
                                .Select(some =>
                                    RedisLink.RunAsync(
                                        client.GetDatabase(),
                                        Script.Wake,
                                        [RedisKeys.WakeSet(part.Key)],
                                        [isNew ? "NX" : "", score, .. some.Select(static queue => (RedisValue)queue)],
                                        CommandFlags.None
                                    )
                                )
                        )
                ),
            cancellationToken
        );
}
