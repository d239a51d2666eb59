using System.Globalization;
using StackExchange.Redis;

namespace Timestone.Journals.Redis;

/// <summary>
/// The lease by which one server at a time, or the silos of one cluster together, serve what is in a Redis. It has a connection of its own,
/// which no reading of a large queue holds up. It keeps servers out of each other's way; what keeps two owners from writing is each queue's
/// epoch.
/// </summary>
public sealed class RedisServerLease : IAsyncDisposable
{
    private readonly RedisLink _link;

    private RedisServerLease(RedisLink link) => _link = link;

    /// <summary>Starts to connect.</summary>
    /// <param name="options">Where Redis is.</param>
    /// <param name="patience">How long Redis may take to answer; more than 0.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public static RedisServerLease Open(RedisJournalOptions options, TimeSpan patience)
    {
        RedisJournal.Check(options);
        return new(new RedisLink(RedisConfiguration.Parse(options.Configuration), patience));
    }

    /// <summary>Takes the lease if nobody has it, or prolongs it.</summary>
    /// <param name="holder">Who asks.</param>
    /// <param name="duration">How long it has it from now on; more than 0.</param>
    /// <param name="again">Whether it takes it from a holder of the same name, too: itself before it was started again.</param>
    /// <param name="cancellationToken">Gives the answer up; then who has the lease is unknown.</param>
    /// <returns>Null when <paramref name="holder"/> has the lease now; else who has it, without its token.</returns>
    /// <exception cref="IOException">Redis cannot be reached or refuses: who has the lease is unknown.</exception>
    public async Task<LeaseHolder?> TakeAsync(
        LeaseHolder holder,
        TimeSpan duration,
        bool again = false,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(holder);
        RedisValue[] arguments =
        [
            holder.Kind,
            holder.Name,
            holder.Token,
            holder.Url ?? "",
            ((long)duration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            again ? "again" : "",
        ];
        var answer = await RunAsync(Script.Lease, arguments, cancellationToken).ConfigureAwait(false);
        return answer.IsNull ? null
            : (string?[])answer! is [{ } kind, { } name, var url] ? new LeaseHolder(kind, name, "", url is "" ? null : url)
            : throw new IOException("Redis: the lease cannot be read.");
    }

    /// <summary>Gives the lease back if the holder has it.</summary>
    /// <exception cref="IOException">Redis cannot be reached: it ends by itself.</exception>
    public Task ReleaseAsync(LeaseHolder holder)
    {
        ArgumentNullException.ThrowIfNull(holder);
        return RunAsync(Script.Unlease, [holder.Token], CancellationToken.None);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private Task<RedisResult> RunAsync(Script script, RedisValue[] arguments, CancellationToken cancellationToken) =>
        _link.CallAsync(
            client => RedisLink.RunAsync(client.GetDatabase(), script, [RedisKeys.Lease], arguments, CommandFlags.None),
            cancellationToken
        );
}
