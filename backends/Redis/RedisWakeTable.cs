using StackExchange.Redis;
using Timestone.Engine;

namespace Timestone.Backends.Redis;

/// <summary>The table of wake times: sorted sets, a queue's score the time in Unix milliseconds, or infinity while it is open.</summary>
internal sealed class RedisWakeTable(RedisJournal journal) : IWakeTable
{
    private const int MostDue = 1000, MostAtOnce = 1000;
    private static readonly RedisValue Open = "+inf";

    public int Parts => RedisKeys.NameSets;

    public async ValueTask SetOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default) =>
        await SetAsync(queues, Open, isNew: false, cancellationToken).ConfigureAwait(false);

    public async ValueTask AddOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default) =>
        await SetAsync(queues, Open, isNew: true, cancellationToken).ConfigureAwait(false);

    public async ValueTask SetClosedAsync(string queue, DateTimeOffset? due, CancellationToken cancellationToken = default)
    {
        if (due is { } at)
            await SetAsync([queue], at.ToUnixTimeMilliseconds(), isNew: false, cancellationToken).ConfigureAwait(false);
        else
            await journal.Link.CallAsync(client => client.GetDatabase().SortedSetRemoveAsync(RedisKeys.WakeSet(RedisKeys.PartOf(queue)), queue), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<string>> FindOpenAsync(int part, CancellationToken cancellationToken = default) =>
        FindAsync(part, double.PositiveInfinity, double.PositiveInfinity, take: -1, cancellationToken);

    public ValueTask<IReadOnlyList<string>> FindDueAsync(int part, DateTimeOffset now, CancellationToken cancellationToken = default) =>
        FindAsync(part, double.NegativeInfinity, now.ToUnixTimeMilliseconds(), MostDue, cancellationToken);

    public async ValueTask BeginAsync(DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        if (await journal.Link.CallAsync(static client => client.GetDatabase().KeyExistsAsync(RedisKeys.WakeBegun), cancellationToken).ConfigureAwait(false))
            return;
        var queues = await journal.ListQueuesAsync(cancellationToken).ConfigureAwait(false);
        await SetAsync(queues, now.ToUnixTimeMilliseconds(), isNew: true, cancellationToken).ConfigureAwait(false);
        await journal.Link.CallAsync(static client => client.GetDatabase().StringSetAsync(RedisKeys.WakeBegun, 1), cancellationToken).ConfigureAwait(false);
    }

    // A script takes so many queues at a time: nothing else runs in Redis meanwhile.
    private Task<RedisResult[]> SetAsync(IReadOnlyCollection<string> queues, RedisValue score, bool isNew, CancellationToken cancellationToken) => journal.Link.CallAsync(
        client => Task.WhenAll(queues.GroupBy(RedisKeys.PartOf).SelectMany(part => part.Chunk(MostAtOnce).Select(some => RedisLink.RunAsync(
            client.GetDatabase(), Script.Wake, [RedisKeys.WakeSet(part.Key)], [isNew ? "NX" : "", score, .. some.Select(static queue => (RedisValue)queue)], CommandFlags.None)))),
        cancellationToken);

    private async ValueTask<IReadOnlyList<string>> FindAsync(int part, double from, double to, long take, CancellationToken cancellationToken)
    {
        var found = await journal.Link.CallAsync(
            client => client.GetDatabase().SortedSetRangeByScoreAsync(RedisKeys.WakeSet(part), from, to, take: take), cancellationToken).ConfigureAwait(false);
        return [.. found.Select(static name => (string)name!)];
    }
}
