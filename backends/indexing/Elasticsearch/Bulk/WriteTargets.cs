namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Where current messages are written: to the index that searches read, and to the one that is built to follow it, if there is one.
/// Looked up every few seconds; whoever builds one waits as long before it counts on it (<see cref="ElasticsearchRebuild"/>).
/// </summary>
/// <param name="connection">Where.</param>
/// <param name="only">The one alias to write to, whatever else there is; null for all.</param>
internal sealed class WriteTargets(ElasticsearchConnection connection, string? only = null)
{
    /// <summary>The aliases to write to.</summary>
    /// <exception cref="IOException">Elasticsearch cannot tell.</exception>
    public async ValueTask<IReadOnlyList<string>> GetAsync(CancellationToken cancellationToken)
    {
        if (only is not null)
            return [only];
        var names = connection.Names;
        var aliases = await connection.Aliases.GetAsync(cancellationToken).ConfigureAwait(false);
        return aliases.Next is null ? [names.Current] : [names.Current, names.Next];
    }
}
