using Elastic.Clients.Elasticsearch.IndexManagement;
using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Builds the index of current messages anew from what a service holds, beside the running service, and puts it in the place of the old
/// one.
/// Indices that are missing or wrong are repaired first (<see cref="IndexRepair"/>). Historic ones that are right stay as they are: a
/// journal does not keep what happened.
/// </summary>
/// <remarks>
/// Why nothing is lost:
/// 1. The new index appears under the alias <c>…-current-next</c>. Writers look for it every few seconds and write to both from then on.
/// 2. After the longest time for which a writer can still write by what it saw before, the copy begins. What happens to a message before it
/// is
///    copied is in the copy, and what happens later a writer brings; versions say which of the two is newer, whichever comes first.
/// 3. A message that is removed between its listing and its copy would come back. The index remembers removed documents for minutes
///    (<c>gc_deletes</c>), a page is written at once or listed anew, and of queues that are gone in the end what was copied is deleted.
/// 4. One request moves the alias. A writer that meets a missing alias or index looks again and repeats.
/// </remarks>
public sealed class ElasticsearchRebuild
{
    private readonly ElasticsearchConnection _connection;
    private readonly ITimestone _timestone;
    private readonly HashSet<RemovedQueue> _copied = [];

    /// <summary>Prepares a rebuild; connection and service stay the caller's.</summary>
    public ElasticsearchRebuild(ElasticsearchConnection connection, ITimestone timestone)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(timestone);
        (_connection, _timestone) = (connection, timestone);
    }

    /// <summary>
    /// How long a writer may still go by what it saw before the new index appeared: its look-up interval and the time limit of a request.
    /// Null for those of the connection's options, where writers have the same.
    /// </summary>
    public TimeSpan? WriterDelay { get; init; }

    /// <summary>Whether an index that is another service's becomes this one's.</summary>
    public bool TakeOver { get; init; }

    /// <summary>Rebuilds the index. When it fails or is canceled, the old one stays and the new one is deleted.</summary>
    /// <param name="restart">Whether an index that another rebuild has begun is deleted: then that one did not end as it should
    /// have.</param>
    /// <param name="progress">Told after each page of messages; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">Another rebuild is under way, or ended without cleaning up.</exception>
    /// <exception cref="ForeignIndexException">The index is another service's, and <see cref="TakeOver"/> is not set; nothing was
    /// changed.</exception>
    /// <exception cref="IOException">
    /// Elasticsearch cannot be reached or refuses, or an index is in the way of which nobody knows what it holds; it is named.
    /// </exception>
    /// <exception cref="TimestoneException">The service cannot be asked.</exception>
    public async Task<RebuildReport> RunAsync(
        bool restart = false,
        IProgress<RebuildReport>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        var service = await new JournalView(_timestone).ServiceIdAsync(cancellationToken).ConfigureAwait(false);
        await CheckServiceAsync(service, cancellationToken).ConfigureAwait(false);
        await new IndexRepair(_connection).RunAsync(cancellationToken).ConfigureAwait(false);
        await _connection.SetUpAsync(cancellationToken).ConfigureAwait(false);
        var (old, index) = await BeginAsync(service, restart, cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Delay(
                    WriterDelay ?? _connection.Options.AliasLookup + _connection.Options.Timeout,
                    _connection.Time,
                    cancellationToken
                )
                .ConfigureAwait(false);
            var report = await CopyAsync(new RebuildReport(index, 0, 0), progress, cancellationToken).ConfigureAwait(false);
            await ForgetRemovedQueuesAsync(index, cancellationToken).ConfigureAwait(false);
            await _connection.Requests.RefreshAsync(index, cancellationToken).ConfigureAwait(false);
            await SwapAsync(old, index, cancellationToken).ConfigureAwait(false);
            await _connection.Requests.DeleteIndexAsync(old, cancellationToken).ConfigureAwait(false);
            return report;
        }
        catch
        {
            await DeleteUnfinishedAsync(index).ConfigureAwait(false);
            throw;
        }
    }

    private async Task CheckServiceAsync(string? service, CancellationToken cancellationToken)
    {
        await _connection.Requests.CheckProductAsync(cancellationToken).ConfigureAwait(false);
        var aliases = await _connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false);
        if (!TakeOver && aliases.Services.Count > 0 && (service is null || !aliases.IsOf(service)))
            throw ForeignIndexException.Of(_connection.Names, aliases, service);
    }

    private async Task<(string Old, string New)> BeginAsync(string? service, bool restart, CancellationToken cancellationToken)
    {
        var names = _connection.Names;
        var aliases = await _connection.ReadAliasesAsync(cancellationToken).ConfigureAwait(false);
        var old = aliases.Current ?? throw new IOException($"There is no index with the alias {names.Current}.");
        var index = names.CurrentIndex((names.CurrentNumber(old) ?? 0) + 1);
        if (aliases.Next is not null && !restart)
            throw IsBegun(aliases.Next);
        if (restart)
        {
            foreach (var begun in new[] { aliases.Next, index }.OfType<string>().Distinct())
                await _connection.Requests.DeleteIndexAsync(begun, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var mappings = IndexTemplate.Current(names, _connection.Options).Mappings;
            string[] marks = service is null ? [names.Next] : [names.Next, names.CurrentOf(service)];
            await _connection.Requests.CreateIndexAsync(index, mappings, marks, cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Type == ElasticsearchException.IndexExists)
        {
            throw IsBegun(index);
        }

        return (old, index);
    }

    private static InvalidOperationException IsBegun(string index) =>
        new($"The index {index} is being built by someone else, or was left behind by a rebuild that was killed.");

    private async Task<RebuildReport> CopyAsync(
        RebuildReport report,
        IProgress<RebuildReport>? progress,
        CancellationToken cancellationToken
    )
    {
        var targets = new WriteTargets(_connection, _connection.Names.Next);
        foreach (var queue in await QueuesAsync(cancellationToken).ConfigureAwait(false))
        {
            string? after = null;
            do
            {
                var (copied, next) = await _connection
                    .Retrying.ExecuteAsync(
                        async stop => await CopyPageAsync(targets, queue.Name, after, stop).ConfigureAwait(false),
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                report = report with { Messages = report.Messages + copied };
                progress?.Report(report);
                after = next;
            }
            while (after is not null);
            report = report with { Queues = report.Queues + 1 };
        }

        return report;
    }

    // Once: what cannot be written now is listed again, as it could be too old when it can.
    private async Task<(int Copied, string? Next)> CopyPageAsync(
        WriteTargets targets,
        string queue,
        string? after,
        CancellationToken cancellationToken
    )
    {
        MessagePage page;
        try
        {
            page = await _timestone
                .ListMessagesAsync(queue, cursor: after, limit: Limits.MaxPage, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimestoneException gone) when (gone.Code == ErrorCode.QueueNotFound)
        {
            return (0, null);
        }

        var run = new BulkRun(_connection, targets, page.Messages.Select(WriteOf));
        await run.TryAsync(cancellationToken).ConfigureAwait(false);
        return run.Rejected is [var rejected, ..]
            ? throw new IOException(
                $"Elasticsearch does not take the message {rejected.Event.Message!.Id} of the queue {queue}: {rejected.Reason}"
            )
            : (page.Messages.Count, page.Next);
    }

    private BulkWrite WriteOf(Message message)
    {
        var held = JournalView.IndexedOf(message);
        var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(LifeId.Parse(held.Life).QueueCreatedAt);
        _copied.Add(new RemovedQueue(held.Queue, createdAt));
        return BulkWrite.Of(StreamEvent.Of(held), held);
    }

    private async Task ForgetRemovedQueuesAsync(string index, CancellationToken cancellationToken)
    {
        foreach (var queue in await QueuesAsync(cancellationToken).ConfigureAwait(false))
            _copied.Remove(new RemovedQueue(queue.Name, queue.CreatedAt));
        foreach (var gone in _copied)
            await QueueRemoval.RunAsync(_connection, index, gone, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<QueueInfo>> QueuesAsync(CancellationToken cancellationToken)
    {
        var queues = new List<QueueInfo>();
        string? after = null;
        do
        {
            var page = await _timestone.ListQueuesAsync(after, Limits.MaxPage, cancellationToken).ConfigureAwait(false);
            queues.AddRange(page.Queues);
            after = page.Next;
        }
        while (after is not null);
        return queues;
    }

    private async Task SwapAsync(string old, string index, CancellationToken cancellationToken)
    {
        // All or nothing, should someone have moved an alias meanwhile.
        var names = _connection.Names;
        await _connection
            .Requests.UpdateAliasesAsync(
                [Remove(old, names.Current), Remove(index, names.Next), new AddAction { Index = index, Alias = names.Current }],
                cancellationToken
            )
            .ConfigureAwait(false);

        static IndexUpdateAliasesAction Remove(string index, string alias) =>
            new RemoveAction
            {
                Index = index,
                Alias = alias,
                MustExist = true,
            };
    }

    // Writers stop to write twice. Where this fails as well, the next rebuild is told to restart.
    private async Task DeleteUnfinishedAsync(string index)
    {
        try
        {
            if ((await _connection.ReadAliasesAsync(CancellationToken.None).ConfigureAwait(false)).Next == index)
                await _connection.Requests.DeleteIndexAsync(index, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // What failed first is what the caller hears of.
        }
    }
}
