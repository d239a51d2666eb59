using System.Text.Json.Nodes;
using Polly;
using Polly.Retry;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// One Elasticsearch with the indices of one prefix: what <see cref="ElasticsearchIndexWriter"/>, <see cref="ElasticsearchIndex"/>,
/// <see cref="ElasticsearchRetention"/> and <see cref="ElasticsearchRebuild"/> share. Nothing is asked of it before the first use.
/// </summary>
public sealed class ElasticsearchConnection : IDisposable
{
    private readonly IndexSetup _setup;
    private readonly Func<CancellationToken, ValueTask<string?>>? _readServiceId;
    private string? _serviceId;

    /// <summary>Prepares a connection.</summary>
    /// <param name="options">Where Elasticsearch is, and what its indices are to be.</param>
    /// <param name="time">What it goes by; null for the system's time.</param>
    /// <param name="readServiceId">
    /// Reads the id of the store whose messages the index of current messages holds, or null while it is not known. The index is marked
    /// with it, and one that bears another id is neither written nor searched. Null: the index is used whatever it bears.
    /// </param>
    /// <param name="marked">Told the name of an index without an id that was there and has got one; null for nobody.</param>
    /// <exception cref="ArgumentException">An option cannot be; it is named.</exception>
    public ElasticsearchConnection(
        ElasticsearchOptions options,
        TimeProvider? time = null,
        Func<CancellationToken, ValueTask<string?>>? readServiceId = null,
        Action<string>? marked = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Options = options;
        (_readServiceId, Marked) = (readServiceId, marked);
        Time = time ?? TimeProvider.System;
        Names = new IndexNames(options.Prefix);
        Requests = new ElasticsearchRequests(options, Time);
        Aliases = new AliasWatch(this);
        Historic = new HistoricIndices(this);
        _setup = new IndexSetup(this);
        Retrying =
            options.Retries == 0
                ? ResiliencePipeline.Empty
                : new ResiliencePipelineBuilder { TimeProvider = Time }
                    .AddRetry(Strategy(options))
                    .Build();
    }

    internal ElasticsearchOptions Options { get; }

    internal ElasticsearchRequests Requests { get; }

    internal TimeProvider Time { get; }

    internal IndexNames Names { get; }

    /// <summary>Told the name of an index that has got the id of this service.</summary>
    internal Action<string>? Marked { get; }

    /// <summary>Whether indices are marked with the id of a service as they are set up.</summary>
    internal bool Marks => _readServiceId is not null;

    /// <summary>Which aliases there are, as they were a moment ago.</summary>
    internal AliasWatch Aliases { get; }

    /// <summary>The historic indices to write to.</summary>
    internal HistoricIndices Historic { get; }

    /// <summary>Runs what may fail for a while until it succeeds, within the bounds of the options.</summary>
    internal ResiliencePipeline Retrying { get; }

    /// <summary>Brings templates, mappings and the index of current messages up to date; repeated, it changes nothing.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached, refuses, or is older than version 9.</exception>
    public Task SetUpAsync(CancellationToken cancellationToken = default) => _setup.EnsureAsync(cancellationToken);

    /// <summary>Asks whether Elasticsearch answers and has what searches read; what is missing of that is made.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses, or its indices need a repair.</exception>
    public Task CheckAsync(CancellationToken cancellationToken = default) => ReadyAsync(cancellationToken);

    /// <summary>Makes searches find all that was written before.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken = default) =>
        Requests.RefreshAsync($"{Names.CurrentPattern},{Names.HistoricPattern}", cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _setup.Dispose();
        Requests.Dispose();
    }

    /// <summary>
    /// Asks until it is answered, within the bounds of the options: an index that was just made cannot be searched for a moment.
    /// </summary>
    /// <exception cref="IOException">It was not.</exception>
    internal ValueTask<T> PersistAsync<T>(
        Func<ElasticsearchRequests, CancellationToken, Task<T>> ask,
        CancellationToken cancellationToken
    ) => Retrying.ExecuteAsync(async stop => await ask(Requests, stop).ConfigureAwait(false), cancellationToken);

    /// <summary>
    /// The id of the store whose messages are indexed; null when that is not known yet, or nobody has said how to find out.
    /// </summary>
    internal async ValueTask<string?> ServiceIdAsync(CancellationToken cancellationToken)
    {
        if (_serviceId is null && _readServiceId is { } read)
        {
            try
            {
                _serviceId = await read(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The store is away. It is asked again with the next use.
            }
        }

        return _serviceId;
    }

    /// <summary>The aliases for a search. Where nothing is left that could be searched, it is made again first.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached or refuses, or the index is that of another service.</exception>
    internal async Task<IndexAliases> ReadyAsync(CancellationToken cancellationToken)
    {
        await SetUpAsync(cancellationToken).ConfigureAwait(false);
        if (await Aliases.GetAsync(cancellationToken).ConfigureAwait(false) is { Current: not null } aliases
            && (await ServiceIdAsync(cancellationToken).ConfigureAwait(false) is not { } service || aliases.IsOf(service)))
        {
            return aliases;
        }

        LookAgain();
        await SetUpAsync(cancellationToken).ConfigureAwait(false);
        return await Aliases.GetAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the next use set up again and look at everything anew: something that must be there was not.</summary>
    internal void LookAgain()
    {
        _setup.Forget();
        Historic.Forget();
        Aliases.Forget();
    }

    /// <summary>Adds what is new in mappings to indices that may not be there.</summary>
    /// <exception cref="IndexDamagedException">One has other fields.</exception>
    internal async Task UpdateFieldsAsync(string indices, JsonObject mappings, CancellationToken cancellationToken)
    {
        try
        {
            await Requests.PutMappingAsync(indices, mappings, cancellationToken).ConfigureAwait(false);
        }
        catch (ElasticsearchException problem) when (problem.Status == 400)
        {
            throw IndexDamagedException.Repairable(
                $"Something else than Timestone has made an index of {indices}, with fields that cannot be searched.", problem);
        }
    }

    /// <summary>Adds what is new in mappings to an index; answers whether it could be.</summary>
    internal async Task<bool> TakesFieldsAsync(string index, JsonObject mappings, CancellationToken cancellationToken)
    {
        try
        {
            await UpdateFieldsAsync(index, mappings, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (IndexDamagedException)
        {
            return false;
        }
    }

    /// <summary>Reads which indices of current messages are in use.</summary>
    internal async Task<IndexAliases> ReadAliasesAsync(CancellationToken cancellationToken)
    {
        var indices = await Requests.GetAliasesAsync(
            $"{Names.CurrentPattern},{Names.HistoricPattern}", $"{Names.Current}*,{Names.HistoricIncomplete}*", cancellationToken)
            .ConfigureAwait(false);
        var current = With(Names.Current);
        var isIncomplete = current is not null && indices[current].Contains(Names.CurrentIncomplete);

        // One that another service builds to take the place of this one's is not for this one's messages.
        var begun = With(Names.Next);
        var next =
            begun is not null && _serviceId is { } own && ServicesOf(begun) is [_, ..] services && !services.Contains(own) ? null : begun;

        // Also an index that searches do not read any more, because its alias was removed, is somebody's.
        string[] whose = current is not null
            ? ServicesOf(current)
            : [.. indices.Keys.Where(index => index != begun).SelectMany(ServicesOf).Distinct(StringComparer.Ordinal)];
        return new IndexAliases(current, next, isIncomplete, With(Names.HistoricIncomplete) is not null, whose);

        string[] ServicesOf(string index) => [.. indices[index].Select(Names.ServiceOf).OfType<string>()];

        string? With(string alias) => indices.FirstOrDefault(index => index.Value.Contains(alias)).Key;
    }

    private static RetryStrategyOptions Strategy(ElasticsearchOptions options) =>
        new()
        {
            ShouldHandle = static attempt =>
                ValueTask.FromResult(attempt.Outcome.Exception is IOException and not ElasticsearchException { IsTransient: false }),
            MaxRetryAttempts = options.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.RetryDelay,
            MaxDelay = options.MaxRetryDelay,
            DelayGenerator = attempt =>
                ValueTask.FromResult(
                    attempt.Outcome.Exception is ElasticsearchException { RetryAfter: { } asked }
                        ? (TimeSpan?)TimeSpan.FromTicks(Math.Min(asked.Ticks, options.MaxRetryDelay.Ticks))
                        : null
                ),
        };
}
