namespace Timestone.Indexing.Elasticsearch;

/// <summary>Which aliases there are, read again every few seconds.</summary>
internal sealed class AliasWatch(ElasticsearchConnection connection)
{
    private sealed record Found(IndexAliases Aliases, long At);

    private Found? _found;

    /// <summary>The aliases as they were not longer ago than the look-up interval.</summary>
    /// <exception cref="IOException">Elasticsearch cannot tell.</exception>
    public async ValueTask<IndexAliases> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _found) is { } known && connection.Time.GetElapsedTime(known.At) < connection.Options.AliasLookup)
            return known.Aliases;
        var at = connection.Time.GetTimestamp();
        var found = new Found(await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false), at);
        Volatile.Write(ref _found, found);
        return found.Aliases;
    }

    /// <summary>Makes the next look a new one.</summary>
    public void Forget() => Volatile.Write(ref _found, null);
}
