namespace Timestone.Backends.Elasticsearch;

/// <summary>
/// Where current messages are written: to the index that searches read, and to the one that is built to follow it, if there is one.
/// Looked up every few seconds; whoever builds one waits as long before it counts on it (<see cref="ElasticsearchRebuild"/>).
/// </summary>
/// <param name="connection">Where.</param>
/// <param name="only">The one index to write to, whatever the aliases say; null for where the aliases lead.</param>
internal sealed class WriteTargets(ElasticsearchConnection connection, string? only = null)
{
    private sealed record Found(IReadOnlyList<string> Aliases, long At);

    private Found? _found;

    /// <summary>The aliases to write to.</summary>
    /// <exception cref="IOException">Elasticsearch cannot tell.</exception>
    public async ValueTask<IReadOnlyList<string>> GetAsync(CancellationToken cancellationToken)
    {
        if (only is not null)
            return [only];
        if (Volatile.Read(ref _found) is { } known && connection.Time.GetElapsedTime(known.At) < connection.Options.AliasLookup)
            return known.Aliases;
        var at = connection.Time.GetTimestamp();
        var names = connection.Names;
        var aliases = await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false);
        var found = new Found(aliases.Next is null ? [names.Current] : [names.Current, names.Next], at);
        Volatile.Write(ref _found, found);
        return found.Aliases;
    }

    /// <summary>Makes the next write look anew: an alias was not where it was.</summary>
    public void Forget() => Volatile.Write(ref _found, null);
}
