using System.Globalization;

namespace Timestone.Backends.Elasticsearch;

/// <summary>Brings Elasticsearch to where the rest can work, once; several processes may do so at the same time.</summary>
internal sealed class IndexSetup(ElasticsearchConnection connection) : IDisposable
{
    private const int OldestMajor = 8;
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
        await CheckVersionAsync(cancellationToken).ConfigureAwait(false);
        IndexTemplate[] templates = [IndexTemplate.Current(names, connection.Options), IndexTemplate.Historic(names, connection.Options)];
        foreach (var template in templates)
            await connection.AskAsync(ElasticsearchCall.PutTemplate(template.Name, template.ToJson()), cancellationToken).ConfigureAwait(false);

        // Indices that an earlier version made learn of new fields before documents that have them are written.
        await connection.AskAsync(ElasticsearchCall.PutMapping(names.CurrentPattern, templates[0].Mappings), cancellationToken).ConfigureAwait(false);
        await connection.AskAsync(ElasticsearchCall.PutMapping(names.HistoricPattern, templates[1].Mappings), cancellationToken).ConfigureAwait(false);
        await EnsureCurrentAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckVersionAsync(CancellationToken cancellationToken)
    {
        var info = await connection.AskAsync(ElasticsearchCall.Info(), cancellationToken).ConfigureAwait(false);
        var version = info.TryGetProperty("version", out var told) && told.TryGetProperty("number", out var number) ? number.GetString() ?? "" : "";
        if (!int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < OldestMajor)
            throw new IOException($"Elasticsearch {OldestMajor} or later is needed, and this is {(version.Length > 0 ? version : "something else")}.");
    }

    private async Task EnsureCurrentAsync(CancellationToken cancellationToken)
    {
        if ((await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false)).Current is not null)
            return;
        var first = connection.Names.CurrentIndex(1);
        try
        {
            await connection.AskAsync(ElasticsearchCall.CreateIndex(first, connection.Names.Current), cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Type == "resource_already_exists_exception")
        {
            // Another process was faster, unless someone has taken the alias away.
            if ((await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false)).Current is null)
                throw new IOException($"The index {first} is there without the alias {connection.Names.Current}: give it back, or delete the index and run `timestone reindex`.");
        }
    }
}
