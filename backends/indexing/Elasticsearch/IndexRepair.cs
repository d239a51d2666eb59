using System.Text.Json;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.IndexManagement;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Brings indices that are in any state to one that writers and searches can work with. What is in an index of current messages can be made
/// anew, so a wrong one is replaced. What is in a historic one cannot, so its transitions are moved to a new one. Killed at any point and
/// run again, it goes on.
/// </summary>
internal sealed class IndexRepair(ElasticsearchConnection connection)
{
    private const int Page = 1_000;

    /// <summary>Repairs what it finds wrong.</summary>
    /// <exception cref="IndexDamagedException">Something is wrong that someone has to look at first.</exception>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await IndexSetup.PutTemplatesAsync(connection, cancellationToken).ConfigureAwait(false);
        await RepairHistoricAsync(cancellationToken).ConfigureAwait(false);
        await RepairCurrentAsync(cancellationToken).ConfigureAwait(false);
        connection.LookAgain();
    }

    /// <summary>What is said of an index that keeps an alias from being made, and of which nobody knows what it holds.</summary>
    public static IndexDamagedException IsTaken(string name) =>
        new($"{name} is an index, and its name is that of an alias. Nothing of Timestone writes to it: look what it holds, delete it, "
            + "and run `timestone reindex`.");

    private async Task RepairHistoricAsync(CancellationToken cancellationToken)
    {
        var names = connection.Names;
        var pattern = $"{names.Historic},{names.HistoricPattern}";
        var indices = await connection.Requests.GetIndicesAsync(pattern, cancellationToken).ConfigureAwait(false);
        if (indices.ContainsKey(names.Historic))
            throw IsTaken(names.Historic);
        var mappings = IndexTemplate.Historic(names, connection.Options).Mappings;
        foreach (var (index, aliases) in indices.OrderBy(static each => each.Key, StringComparer.Ordinal))
        {
            var isOurs = names.HistoricEnd(index) is not null;
            var isRight = await connection.TakesFieldsAsync(index, mappings, cancellationToken).ConfigureAwait(false);
            if (!isOurs && !isRight)
                throw IsForeign(index);
            var alias = IndexNames.WriteAlias(names.Replaced(index));
            if (isOurs && !isRight)
                await ReplaceAsync(index, indices, cancellationToken).ConfigureAwait(false);
            else if (isOurs && !(aliases.Contains(names.Historic) && indices.Any(each => each.Value.Contains(alias))))
                await HistoricIndices.AddAliasesAsync(connection, index, alias, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IndexDamagedException IsForeign(string index) =>
        new(
            $"The index {index} has fields of its own, and nothing of Timestone makes an index of that name: look what it holds, delete it, "
                + "and run `timestone reindex`."
        );

    // The new index takes over both aliases first: from then on writers write to it, and searches find what is in it.
    private async Task ReplaceAsync(
        string index, IReadOnlyDictionary<string, IReadOnlyList<string>> indices, CancellationToken cancellationToken)
    {
        var (requests, names) = (connection.Requests, connection.Names);
        var first = names.Replaced(index);
        var alias = IndexNames.WriteAlias(first);
        if (!indices.Any(each => each.Key != index && each.Value.Contains(alias)))
        {
            var number = 2;
            while (indices.ContainsKey(IndexNames.Replacement(first, number)))
                number++;
            var successor = IndexNames.Replacement(first, number);
            var mappings = IndexTemplate.Historic(names, connection.Options).Mappings;
            string[] aliases = [names.Historic, names.HistoricIncomplete];
            await requests.CreateIndexAsync(successor, mappings, aliases, cancellationToken).ConfigureAwait(false);
            var taken = indices[index].Where(given => given == alias || given == names.Historic);
            List<IndexUpdateAliasesAction> actions = [.. taken.Select(given => new RemoveAction { Index = index, Alias = given })];
            actions.Add(new AddAction { Index = successor, Alias = alias, IsWriteIndex = true });
            await requests.UpdateAliasesAsync(actions, cancellationToken).ConfigureAwait(false);
        }

        if (await MoveAsync(index, first, cancellationToken).ConfigureAwait(false) is { } refused)
        {
            throw new IndexDamagedException(
                $"{refused} Its other transitions are in the index of the alias {alias}: delete {index}, and run `timestone reindex`.");
        }

        await requests.DeleteIndexAsync(index, cancellationToken).ConfigureAwait(false);
    }

    // What was moved is deleted, so that the next search finds the rest.
    private async Task<string?> MoveAsync(string from, string to, CancellationToken cancellationToken)
    {
        var targets = new WriteTargets(connection);
        while (true)
        {
            await connection.Requests.RefreshAsync(from, cancellationToken).ConfigureAwait(false);
            var some = new SearchRequest(from) { Size = Page };
            var hits = (await connection.Requests.SearchAsync(some, cancellationToken).ConfigureAwait(false)).Hits;
            var writes = hits.Select(hit => Write(BulkAction.Create, to, hit.Id!, JsonSerializer.SerializeToUtf8Bytes(hit.Source)))
                .ToList();
            var run = new BulkRun(connection, targets, writes);
            await connection.Retrying.ExecuteAsync(run.TryAsync, cancellationToken).ConfigureAwait(false);
            var refused = run.Rejected.Select(static each => each.Event).ToHashSet<StreamEvent>(ReferenceEqualityComparer.Instance);
            var moved = writes.FindAll(write => !refused.Contains(write.Event));
            if (writes.Count == 0)
                return null;
            if (moved.Count == 0)
                return $"The index {from} has fields of its own and holds documents that are no transitions, like {writes[0].Id}: {run.Rejected[0].Reason}.";
            var removal = new BulkRun(connection, targets, moved.Select(write => Write(BulkAction.Delete, from, write.Id, null)));
            await connection.Retrying.ExecuteAsync(removal.TryAsync, cancellationToken).ConfigureAwait(false);
        }

        static BulkWrite Write(BulkAction action, string index, string id, byte[]? document) =>
            new(new StreamEvent { Schema = StreamEvent.CurrentSchema, Kind = StreamEventKind.Transition }, action, index, id, 0, document);
    }

    private async Task RepairCurrentAsync(CancellationToken cancellationToken)
    {
        var (requests, names) = (connection.Requests, connection.Names);
        var mappings = IndexTemplate.Current(names, connection.Options).Mappings;

        // Only an index of that name is deleted, never one behind an alias.
        await requests.DeleteIndexAsync(names.Next, cancellationToken).ConfigureAwait(false);
        var indices = await requests.GetIndicesAsync($"{names.Current},{names.CurrentPattern}", cancellationToken).ConfigureAwait(false);
        var wrong = new HashSet<string>();
        foreach (var index in indices.Keys.Where(index => index != names.Current))
        {
            if (await connection.TakesFieldsAsync(index, mappings, cancellationToken).ConfigureAwait(false))
                continue;
            if (names.CurrentNumber(index) is null)
                throw IsForeign(index);
            wrong.Add(index);
        }

        var read = indices.Where(each => each.Value.Contains(names.Current)).Select(static each => each.Key).ToList();
        string? made = null;

        // Where there is nothing at all, the set-up makes the first one, as it does for a writer that may do so at this time.
        if (indices.Count > 0 && (read is not [var one] || wrong.Contains(one)))
        {
            made = names.CurrentIndex((indices.Keys.Max(names.CurrentNumber) ?? 0) + 1);
            await requests.CreateIndexAsync(made, mappings, [names.CurrentIncomplete], cancellationToken).ConfigureAwait(false);
            List<IndexUpdateAliasesAction> actions = [.. read.Select(index => new RemoveAction { Index = index, Alias = names.Current })];
            if (indices.ContainsKey(names.Current))
                actions.Add(new RemoveIndexAction { Index = names.Current });
            actions.Add(new AddAction { Index = made, Alias = names.Current });
            await requests.UpdateAliasesAsync(actions, cancellationToken).ConfigureAwait(false);
        }

        // An index that is being built has its alias from the beginning.
        foreach (var (index, aliases) in indices)
        {
            var isInUse = (made is null && aliases.Contains(names.Current)) || aliases.Contains(names.Next);
            if (names.CurrentNumber(index) is not null && (!isInUse || wrong.Contains(index)))
                await requests.DeleteIndexAsync(index, cancellationToken).ConfigureAwait(false);
        }
    }
}
