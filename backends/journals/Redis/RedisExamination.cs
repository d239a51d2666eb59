using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Timestone.Journals.Redis;

/// <summary>Asks each server of a Redis how it keeps what it acknowledges, and how much room it has.</summary>
internal static class RedisExamination
{
    // One that is slower than this does not hold up what is said of the others.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    // One part in so many of the memory: for leases, transitions to be published, and what silos write for themselves.
    private const int KeptForWork = 20;

    /// <exception cref="IOException">None of them answers.</exception>
    public static async Task<RedisCondition> RunAsync(ConnectionMultiplexer client)
    {
        var asked = client.GetEndPoints(false).Select(address => (Address: address, State: AskAsync(client.GetServer(address)))).ToArray();
        Task all = Task.WhenAll(asked.Select(static one => one.State));
        await all.WaitAsync(Slow).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!asked.Any(static one => one.State is { IsCompletedSuccessfully: true, Result.Silence: null }))
            await all.ConfigureAwait(false);
        var states = asked
            .Select(static one => one.State.IsCompletedSuccessfully ? one.State.Result : new State(one.Address, "it does not answer"))
            .ToList();
        if (states.TrueForAll(static state => state.Silence is not null))
            throw new IOException($"Redis: {states[0].Silence}");
        var fullest = states
            .Where(static state => state is { IsMaster: true, BytesMax: > 0 })
            .OrderByDescending(static state => (double)state.BytesUsed / state.BytesMax)
            .FirstOrDefault();
        var isFull = fullest is not null && states.TrueForAll(static state => !state.IsMaster || state.IsFull);
        return new RedisCondition([.. states.SelectMany(static state => state.Cautions())], fullest?.BytesUsed, fullest?.BytesMax, isFull);
    }

    private static async Task<State> AskAsync(IServer server)
    {
        try
        {
            var (about, replication, memory) = (server.InfoAsync("server"), server.InfoAsync("replication"), server.InfoAsync("memory"));
            var garnet = Find(await about.ConfigureAwait(false), "garnet_version");
            var role = Find(await replication.ConfigureAwait(false), "role");
            var figures = await memory.ConfigureAwait(false);
            var (appendOnly, flush, garnetWaits, refused) = ((string?)null, (string?)null, false, (string?)null);
            try
            {
                appendOnly = await ReadAsync(server, "appendonly").ConfigureAwait(false);
                if (garnet is null)
                    flush = await ReadAsync(server, "appendfsync").ConfigureAwait(false);
                else
                    garnetWaits =
                        await ReadAsync(server, "aof-commit-freq").ConfigureAwait(false) == "0"
                        && await ReadAsync(server, "aof-commit-wait").ConfigureAwait(false) == "yes";
            }
            catch (RedisServerException refusal)
            {
                refused = RedisLink.Describe(refusal);
            }

            return new State(server.EndPoint, null)
            {
                IsMaster = role == "master",
                Refusal = refused,
                AppendOnly = appendOnly,
                Flush = flush,
                Garnet = garnet,
                GarnetWaits = garnetWaits,
                Policy = Find(figures, "maxmemory_policy"),
                BytesUsed = Number(figures, "used_memory") - Number(figures, "mem_not_counted_for_evict"),
                BytesMax = Number(figures, "maxmemory"),
            };
        }
        catch (Exception problem)
        {
            return new State(server.EndPoint, RedisLink.Describe(problem));
        }
    }

    private static async Task<string?> ReadAsync(IServer server, string setting) =>
        (await server.ConfigGetAsync(setting).ConfigureAwait(false)).FirstOrDefault(pair => pair.Key == setting).Value;

    private static string? Find(IGrouping<string, KeyValuePair<string, string>>[] sections, string name) =>
        sections.SelectMany(static section => section).FirstOrDefault(line => line.Key == name).Value;

    private static long Number(IGrouping<string, KeyValuePair<string, string>>[] sections, string name) =>
        long.TryParse(Find(sections, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>What one server tells.</summary>
    /// <param name="Server">Where it is.</param>
    /// <param name="Silence">Why it tells nothing; null when it does.</param>
    private sealed record State(EndPoint Server, string? Silence)
    {
        private string Address { get; } = RedisConfiguration.Text(Server);

        public bool IsMaster { get; init; }

        public string? Refusal { get; init; }

        public string? AppendOnly { get; init; }

        public string? Flush { get; init; }

        /// <summary>The version of Garnet; null where it is a Redis or Valkey.</summary>
        public string? Garnet { get; init; }

        /// <summary>Whether Garnet answers after it has written a change to its file.</summary>
        public bool GarnetWaits { get; init; }

        public string? Policy { get; init; }

        public long BytesUsed { get; init; }

        public long BytesMax { get; init; }

        public bool IsFull => BytesMax > 0 && BytesUsed > BytesMax - (BytesMax / KeptForWork);

        public IEnumerable<string> Cautions()
        {
            if (Silence is not null)
                yield return Unknown(Silence);
            if (!IsMaster)
                yield break;
            if (AppendOnly is null)
                yield return Unknown(Refusal ?? "it does not tell");
            else if (Garnet is not null)
                yield return OfGarnet();
            else if (AppendOnly != "yes")
                yield return $"Redis at {Address} can lose acknowledged writes when it ends: appendonly is {AppendOnly}.";
            else if (Flush != "always")
                yield return $"Redis at {Address} can lose acknowledged writes when its machine fails: appendfsync is {Flush}, not always.";
            if (Policy is not (null or "noeviction"))
                yield return $"Redis at {Address} can lose {(Policy.StartsWith("volatile-", StringComparison.Ordinal) ? "the leases of servers" : "acknowledged writes")} when its memory is full: maxmemory-policy is {Policy}, not noeviction.";
        }

        // It has no setting that would keep everything.
        private string OfGarnet() => AppendOnly != "yes"
            ? $"Redis at {Address} (Garnet {Garnet}) can lose acknowledged writes when it ends: it was started without --aof."
            : !GarnetWaits
                ? $"Redis at {Address} (Garnet {Garnet}) can lose acknowledged writes when it ends: it was started without --aof-commit-freq 0 and --aof-commit-wait."
            : $"Redis at {Address} (Garnet {Garnet}) can lose acknowledged writes when its machine fails: Garnet never calls fsync.";

        private string Unknown(string why) => $"Whether Redis at {Address} can lose acknowledged writes is unknown: {why.TrimEnd('.')}.";
    }
}
