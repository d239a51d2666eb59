using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Timestone.Journals.Redis;

/// <summary>Runs scripts on the master that has their keys, and ends when enough of its replicas have what they wrote.</summary>
/// <remarks>
/// WAIT is about what its own connection has written, and holds that connection up. So each master has a connection
/// here that goes nowhere else, and the connection's id is asked for before and after: had it been cut between script
/// and WAIT, the new one would have written nothing, and WAIT would be content at once.
/// </remarks>
internal sealed class ReplicatedScripts(RedisLink link, ConfigurationOptions options, int replicas, TimeSpan timeout) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RedisLink> _masters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<RedisKey, RedisLink> _places = new();

    /// <exception cref="IOException">Too few replicas have it, or it failed: what happened is unknown.</exception>
    public async Task<RedisResult> RunAsync(Script script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            if (!_places.TryGetValue(keys[0], out var master))
                _places[keys[0]] = master = await FindAsync(keys[0]).ConfigureAwait(false);
            return await master.CallAsync(client => RunAsync(client.GetDatabase(), script, keys, arguments)).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It may have moved.
            _places.TryRemove(keys[0], out _);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in _masters.Values)
            await master.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<RedisResult> RunAsync(IDatabase database, Script script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await RunAsync(database, () => database.ScriptEvaluateAsync(script.Hash, keys, arguments, CommandFlags.NoRedirect))
                .ConfigureAwait(false);
        }
        catch (RedisServerException problem) when (RedisLink.IsUnknownScript(problem))
        {
            return await RunAsync(database, () => database.ScriptEvaluateAsync(script.Text, keys, arguments, CommandFlags.NoRedirect))
                .ConfigureAwait(false);
        }
    }

    private async Task<RedisResult> RunAsync(IDatabase database, Func<Task<RedisResult>> script)
    {
        // Sent one behind the other, and answered in that order.
        var before = database.ExecuteAsync("CLIENT", "ID");
        var run = script();
        var wait = database.ExecuteAsync("WAIT", replicas, (int)timeout.TotalMilliseconds);
        var after = database.ExecuteAsync("CLIENT", "ID");
        await Task.WhenAll(before, run, wait, after).ConfigureAwait(false);
        if ((long)await before.ConfigureAwait(false) != (long)await after.ConfigureAwait(false))
            throw new IOException("The connection was lost before the replicas had confirmed.");
        var have = (long)await wait.ConfigureAwait(false);
        return have >= replicas
            ? await run.ConfigureAwait(false)
            : throw new IOException($"{have} of {replicas} replicas confirmed within {timeout.TotalSeconds} s.");
    }

    private async Task<RedisLink> FindAsync(RedisKey key)
    {
        var address =
            await link.CallAsync(client => client.GetDatabase().IdentifyEndpointAsync(key, CommandFlags.DemandMaster)).ConfigureAwait(false)
            ?? throw new IOException("No master has the queue.");
        return _masters.GetOrAdd(address.ToString()!, _ =>
        {
            var only = options.Clone();
            only.EndPoints.Clear();
            only.EndPoints.Add(address);

            // Without this command the client takes it for a server by itself, and sends it everything.
            only.CommandMap = CommandMap.Create(["CLUSTER"], available: false);
            return new RedisLink(only, 2 * timeout);
        });
    }
}
