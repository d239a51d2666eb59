using Elastic.Clients.Elasticsearch.IndexManagement;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Brings Elasticsearch to where the rest can work: at first, and again when something is found missing. Several processes may do so at the
/// same time.
/// </summary>
internal sealed class IndexSetup(ElasticsearchConnection connection) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    // Which set-up is wanted, and which is done: what failed before a set-up has ended asks for no other one.
    private int _wanted = 1;
    private int _done;

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _done) == Volatile.Read(ref _wanted))
            return;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var wanted = Volatile.Read(ref _wanted);
            if (_done == wanted)
                return;
            await RunAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _done, wanted);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Has the next use set up again.</summary>
    public void Forget()
    {
        var done = Volatile.Read(ref _done);
        Interlocked.CompareExchange(ref _wanted, done + 1, done);
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>Writes both templates.</summary>
    /// <exception cref="IndexDamagedException">An index has the name of the alias that historic ones get.</exception>
    public static async Task PutTemplatesAsync(ElasticsearchConnection connection, CancellationToken cancellationToken)
    {
        var (names, options) = (connection.Names, connection.Options);
        await connection.Requests.CheckProductAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var template in new[] { IndexTemplate.Current(names, options), IndexTemplate.Historic(names, options) })
                await connection.Requests.PutTemplateAsync(template.Name, template.ToJson(), cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Message.Contains(ElasticsearchException.NameTaken, StringComparison.Ordinal))
        {
            throw IndexRepair.IsTaken(names.Historic);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var (names, options) = (connection.Names, connection.Options);
        var service = await connection.ServiceIdAsync(cancellationToken).ConfigureAwait(false);
        if (connection.Marks)
        {
            // Before anything is changed that is another one's.
            await connection.Requests.CheckProductAsync(cancellationToken).ConfigureAwait(false);
            Check(await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false), service);
        }

        await PutTemplatesAsync(connection, cancellationToken).ConfigureAwait(false);

        // Indices that an earlier version made learn of new fields before documents that have them are written.
        var (current, historic) = (IndexTemplate.Current(names, options).Mappings, IndexTemplate.Historic(names, options).Mappings);
        await connection.UpdateFieldsAsync(names.CurrentPattern, current, cancellationToken).ConfigureAwait(false);
        await connection.UpdateFieldsAsync(names.HistoricPattern, historic, cancellationToken).ConfigureAwait(false);
        await EnsureCurrentAsync(service, cancellationToken).ConfigureAwait(false);
        if (service is not null)
            await MarkAsync(service, cancellationToken).ConfigureAwait(false);
    }

    // An earlier version made it, or a process that indexes from Kafka and knows of no store. Should two services mark it at once, both
    // find that out.
    private async Task MarkAsync(string service, CancellationToken cancellationToken)
    {
        var aliases = await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false);
        if (aliases is { Current: { } index, Services: [] })
        {
            await connection
                .Requests.UpdateAliasesAsync(
                    [new AddAction { Index = index, Alias = connection.Names.CurrentOf(service) }],
                    cancellationToken
                )
                .ConfigureAwait(false);
            aliases = await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false);
            connection.Marked?.Invoke(index);
        }

        Check(aliases, service);
    }

    private void Check(IndexAliases aliases, string? service)
    {
        if (aliases.Services.Count == 0)
            return;
        if (service is null)
        {
            throw new IOException(
                $"The index {aliases.Current ?? connection.Names.Current} is that of the store with the id {string.Join(", ", aliases.Services)}, and the id of this service's store cannot be read now. "
                + "Make the store (the data directory or Redis) readable again: then the index is used if it is this service's.");
        }

        if (!aliases.IsOf(service))
            throw ForeignIndexException.Of(connection.Names, aliases, service);
    }

    private async Task EnsureCurrentAsync(string? service, CancellationToken cancellationToken)
    {
        var names = connection.Names;
        if (await HasCurrentAsync(cancellationToken).ConfigureAwait(false))
            return;
        var pattern = $"{names.Current},{names.CurrentPattern}";
        var indices = await connection.Requests.GetIndicesAsync(pattern, cancellationToken).ConfigureAwait(false);
        if (indices.ContainsKey(names.Current))
            throw IndexDamagedException.Repairable($"{names.Current} is an index, and its name is that of an alias.");
        var left = indices.FirstOrDefault(each => names.CurrentNumber(each.Key) is not null && !each.Value.Contains(names.Next)).Key;
        if (left is not null)
        {
            // The alias may have come in between.
            if (await HasCurrentAsync(cancellationToken).ConfigureAwait(false))
                return;
            throw IndexDamagedException.Repairable($"The index {left} is there without the alias {names.Current}.");
        }

        // Whoever has seen the index before knows that it is lost.
        var isLost = _done > 0;
        connection.Historic.HasLost |= isLost;
        var first = names.CurrentIndex(indices.Keys.Max(names.CurrentNumber) + 1 ?? 1);
        try
        {
            var mappings = IndexTemplate.Current(names, connection.Options).Mappings;
            List<string> aliases = isLost ? [names.Current, names.CurrentIncomplete] : [names.Current];
            if (service is not null)
                aliases.Add(names.CurrentOf(service));
            await connection.Requests.CreateIndexAsync(first, mappings, aliases, cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Type == ElasticsearchException.IndexExists)
        {
            // Another process was faster, unless someone has taken the alias away.
            if (!await HasCurrentAsync(cancellationToken).ConfigureAwait(false))
                throw IndexDamagedException.Repairable($"The index {first} is there without the alias {names.Current}.");
        }
    }

    private async Task<bool> HasCurrentAsync(CancellationToken cancellationToken) =>
        (await connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false)).Current is not null;
}
