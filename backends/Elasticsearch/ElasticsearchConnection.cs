using Polly;
using Polly.Retry;

namespace Timestone.Backends.Elasticsearch;

/// <summary>
/// One Elasticsearch with the indices of one prefix: what <see cref="ElasticsearchIndexWriter"/>, <see cref="ElasticsearchIndex"/>,
/// <see cref="ElasticsearchRetention"/> and <see cref="ElasticsearchRebuild"/> share. Nothing is asked of it before the first use.
/// </summary>
public sealed class ElasticsearchConnection : IDisposable
{
    private readonly IndexSetup _setup;

    /// <summary>Prepares a connection.</summary>
    /// <exception cref="ArgumentException">An option cannot be; it is named.</exception>
    public ElasticsearchConnection(ElasticsearchOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        Options = options;
        Time = time ?? TimeProvider.System;
        Names = new IndexNames(options.Prefix);
        Requests = new ElasticsearchRequests(options, Time);
        _setup = new IndexSetup(this);
        Retrying = options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = Time }.AddRetry(Strategy(options)).Build();
    }

    internal ElasticsearchOptions Options { get; }

    internal ElasticsearchRequests Requests { get; }

    internal TimeProvider Time { get; }

    internal IndexNames Names { get; }

    /// <summary>Runs what may fail for a while until it succeeds, within the bounds of the options.</summary>
    internal ResiliencePipeline Retrying { get; }

    /// <summary>Brings templates, mappings and the index of current messages up to date; repeated, it changes nothing.</summary>
    /// <exception cref="IOException">Elasticsearch cannot be reached, refuses, or is older than version 9.</exception>
    public Task SetUpAsync(CancellationToken cancellationToken = default) => _setup.EnsureAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _setup.Dispose();
        Requests.Dispose();
    }

    /// <summary>Reads which indices of current messages are in use.</summary>
    internal async Task<IndexAliases> ReadAliasesAsync(CancellationToken cancellationToken)
    {
        var indices = await Requests.GetAliasesAsync(Names.CurrentPattern, Names.Current + "*", cancellationToken).ConfigureAwait(false);
        return new IndexAliases(With(Names.Current), With(Names.Next));

        string? With(string alias) => indices.FirstOrDefault(index => index.Value.Contains(alias)).Key;
    }

    private static RetryStrategyOptions Strategy(ElasticsearchOptions options) => new()
    {
        ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is IOException and not ElasticsearchException { IsTransient: false }),
        MaxRetryAttempts = options.Retries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = options.RetryDelay,
        MaxDelay = options.MaxRetryDelay,
        DelayGenerator = attempt => ValueTask.FromResult(
            attempt.Outcome.Exception is ElasticsearchException { RetryAfter: { } asked } ? (TimeSpan?)TimeSpan.FromTicks(Math.Min(asked.Ticks, options.MaxRetryDelay.Ticks)) : null),
    };
}
