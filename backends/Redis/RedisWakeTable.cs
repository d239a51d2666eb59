using StackExchange.Redis;
using Timestone.Engine;

namespace Timestone.Backends.Redis;

/// <summary>The table of wake times: sorted sets, a queue's score the time in Unix milliseconds, or infinity while it is open.</summary>
internal sealed class RedisWakeTable(RedisJournal journal) : IWakeTable
{
    private const int MostDue = 1000;

    public int Parts => RedisKeys.NameSets;

    public async ValueTask SetOpenAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken = default) =>
        await SetAsync(queues, double.PositiveInfinity, When.Always, cancellationToken).ConfigureAwait(false);

    public async ValueTask SetClosedAsync(string queue, DateTimeOffset? due, CancellationToken cancellationToken = default)
    {
        var key = RedisKeys.WakeSet(RedisKeys.PartOf(queue));
        await journal.Link.CallAsync(
            client => due is { } at
                ? client.GetDatabase().SortedSetAddAsync(key, queue, at.ToUnixTimeMilliseconds())
                : client.GetDatabase().SortedSetRemoveAsync(key, queue),
            cancellationToken).ConfigureAwait(false);
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
        await SetAsync(queues, now.ToUnixTimeMilliseconds(), When.NotExists, cancellationToken).ConfigureAwait(false);
        await journal.Link.CallAsync(static client => client.GetDatabase().StringSetAsync(RedisKeys.WakeBegun, 1), cancellationToken).ConfigureAwait(false);
    }

    private Task<long[]> SetAsync(IReadOnlyCollection<string> queues, double score, When when, CancellationToken cancellationToken) => journal.Link.CallAsync(
        client => Task.WhenAll(queues.GroupBy(RedisKeys.PartOf).Select(part => client.GetDatabase().SortedSetAddAsync(
            RedisKeys.WakeSet(part.Key), [.. part.Select(queue => new SortedSetEntry(queue, score))], when))),
        cancellationToken);

    private async ValueTask<IReadOnlyList<string>> FindAsync(int part, double from, double to, long take, CancellationToken cancellationToken)
    {
        var found = await journal.Link.CallAsync(
            client => client.GetDatabase().SortedSetRangeByScoreAsync(RedisKeys.WakeSet(part), from, to, take: take), cancellationToken).ConfigureAwait(false);
        return [.. found.Select(static name => (string)name!)];
    }
}
