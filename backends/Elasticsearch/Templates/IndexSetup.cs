namespace Timestone.Backends.Elasticsearch;

/// <summary>Brings Elasticsearch to where the rest can work, once; several processes may do so at the same time.</summary>
internal sealed class IndexSetup(ElasticsearchConnection connection) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _done;

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_done)
            return;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_done)
                await RunAsync(cancellationToken).ConfigureAwait(false);
            _done = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var names = connection.Names;
        await connection.Requests.CheckProductAsync(cancellationToken).ConfigureAwait(false);
        IndexTemplate[] templates = [IndexTemplate.Current(names, connection.Options), IndexTemplate.Historic(names, connection.Options)];
        foreach (var template in templates)
            await connection.Requests.PutTemplateAsync(template.Name, template.ToJson(), cancellationToken).ConfigureAwait(false);

        // Indices that an earlier version made learn of new fields before documents that have them are written.
        await connection.Requests.PutMappingAsync(names.CurrentPattern, templates[0].Mappings, cancellationToken).ConfigureAwait(false);
        await connection.Requests.PutMappingAsync(names.HistoricPattern, templates[1].Mappings, cancellationToken).ConfigureAwait(false);
        await EnsureCurrentAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task EnsureCurrentAsync(CancellationToken cancellationToken)
    {
        if ((await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false)).Current is not null)
            return;
        var first = connection.Names.CurrentIndex(1);
        try
        {
            await connection.Requests.CreateIndexAsync(first, connection.Names.Current, cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Type == "resource_already_exists_exception")
        {
            // Another process was faster, unless someone has taken the alias away.
            if ((await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false)).Current is null)
                throw new IOException($"The index {first} is there without the alias {connection.Names.Current}: give it back, or delete the index and run `timestone reindex`.");
        }
    }
}
