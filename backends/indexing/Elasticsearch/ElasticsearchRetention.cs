namespace Timestone.Indexing.Elasticsearch;

/// <summary>Deletes historic indices whose time is over. Several processes may do so at the same time.</summary>
public sealed class ElasticsearchRetention
{
    private readonly ElasticsearchConnection _connection;

    /// <summary>Prepares it; the connection stays the caller's.</summary>
    public ElasticsearchRetention(ElasticsearchConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
    }

    /// <summary>How often there is something to look for.</summary>
    public static TimeSpan Interval => TimeSpan.FromHours(1);

    /// <summary>Deletes what is to be deleted now; answers the names of those indices.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses, or its indices are those of another service.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken = default)
    {
        // Another service's histories are not to be deleted by this one's settings.
        if (_connection.Marks)
            await _connection.ReadyAsync(cancellationToken).ConfigureAwait(false);
        var names = _connection.Names;
        var oldest = _connection.Time.GetUtcNow() - _connection.Options.HistoricRetention;
        var deleted = new List<string>();
        var indices = await _connection
            .Requests.GetAliasesAsync(names.HistoricPattern, names.Historic + "*", cancellationToken)
            .ConfigureAwait(false);
        foreach (var index in indices.Keys.Order(StringComparer.Ordinal))
        {
            if (!(names.HistoricEnd(index) <= oldest))
                continue;
            await _connection.Requests.DeleteIndexAsync(index, cancellationToken).ConfigureAwait(false);
            deleted.Add(index);
        }

        return deleted;
    }
}
