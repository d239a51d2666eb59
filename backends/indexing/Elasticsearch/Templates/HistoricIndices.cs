using System.Collections.Concurrent;
using Elastic.Clients.Elasticsearch.IndexManagement;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Makes historic indices before the first transition of their time is written. Elasticsearch must not make them itself: without its
/// template it would guess the fields. Several processes may make the same one at the same time.
/// </summary>
internal sealed class HistoricIndices(ElasticsearchConnection connection)
{
    // Those that were there when they were last looked for, and all that this process has ever met.
    private readonly ConcurrentDictionary<string, bool> _ready = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _met = new(StringComparer.Ordinal);

    /// <summary>Whether older transitions are known to be lost, and no index that outlives theirs tells so yet.</summary>
    public bool HasLost { get; set; }

    /// <summary>Makes sure that an index and the alias to write to it are there.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses.</exception>
    public ValueTask EnsureAsync(string index, CancellationToken cancellationToken) =>
        _ready.ContainsKey(index) ? default : new ValueTask(MakeAsync(index, cancellationToken));

    /// <summary>Makes the next write look again: something was not there.</summary>
    public void Forget() => _ready.Clear();

    /// <summary>Gives an index that is there the aliases that it needs.</summary>
    public static Task AddAliasesAsync(
        ElasticsearchConnection connection,
        string index,
        string writeAlias,
        CancellationToken cancellationToken
    ) =>
        connection.Requests.UpdateAliasesAsync(
            [new AddAction { Index = index, Alias = connection.Names.Historic }, new AddAction { Index = index, Alias = writeAlias }],
            cancellationToken);

    private async Task MakeAsync(string index, CancellationToken cancellationToken)
    {
        var (requests, names, alias) = (connection.Requests, connection.Names, IndexNames.WriteAlias(index));
        if ((await requests.GetAliasesAsync(names.HistoricPattern, alias + "*", cancellationToken).ConfigureAwait(false)).Count == 0)
        {
            var isLost = HasLost || _met.ContainsKey(index);
            var template = IndexTemplate.Historic(names, connection.Options);
            try
            {
                string[] aliases = isLost ? [names.Historic, alias, names.HistoricIncomplete] : [names.Historic, alias];
                await requests.CreateIndexAsync(index, template.Mappings, aliases, cancellationToken).ConfigureAwait(false);
                HasLost &= names.HistoricEnd(index) <= connection.Time.GetUtcNow();
            }
            catch (ElasticsearchException problem) when (problem.Type == ElasticsearchException.IndexExists)
            {
                // An earlier version made it, another process was faster, or Elasticsearch made it itself: then it does not take the
                // fields.
                await connection.UpdateFieldsAsync(index, template.Mappings, cancellationToken).ConfigureAwait(false);
                await AddAliasesAsync(connection, index, alias, cancellationToken).ConfigureAwait(false);
            }
            catch (ElasticsearchException problem) when (problem.Type == ElasticsearchException.NameTaken)
            {
                throw IndexRepair.IsTaken(names.Historic);
            }
            catch (ElasticsearchException problem) when (problem.Status == 400)
            {
                // Without its template the index lacks what its fields need.
                connection.LookAgain();
                throw new IOException(problem.Message, problem);
            }
        }

        _met[index] = true;
        _ready[index] = true;
    }
}
