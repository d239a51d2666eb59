using System.Net;
using Polly;
using Polly.Retry;

namespace Timestone.Tests.Support;

/// <summary>Asks again until it is so: for what is told by nothing but the answer to a question.</summary>
public static class Eventually
{
    // What is still not so then never will be.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly ResiliencePipeline Pipeline = new ResiliencePipelineBuilder()
        .AddTimeout(Patience)
        .AddRetry(
            new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder()
                    .Handle<IOException>()
                    .Handle<TimestoneException>(static problem => problem.Code.IsPassing()),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Constant,
                Delay = TimeSpan.FromMilliseconds(20),
            }
        )
        .Build();

    private static readonly ResiliencePipeline<bool> Polling = Asking(Patience, TimeSpan.FromMilliseconds(5));

    /// <summary>Tries until it is neither unavailable nor cut off.</summary>
    public static async Task<T> SucceedAsync<T>(Func<Task<T>> attempt) => await Pipeline.ExecuteAsync(async _ => await attempt());

    /// <summary>Asks until it is so.</summary>
    public static async Task BeAsync(Func<Task<bool>> isSo) => await Polling.ExecuteAsync(async _ => await isSo());

    /// <summary>Asks until it is so, where that may take long or asking is dear.</summary>
    public static async Task BeAsync(Func<Task<bool>> isSo, TimeSpan patience, TimeSpan every) =>
        await Asking(patience, every).ExecuteAsync(async _ => await isSo());

    private static ResiliencePipeline<bool> Asking(TimeSpan patience, TimeSpan every) => new ResiliencePipelineBuilder<bool>()
        .AddTimeout(patience)
        .AddRetry(new RetryStrategyOptions<bool>
        {
            // An index of Elasticsearch that was made a moment ago cannot be asked yet.
            ShouldHandle = new PredicateBuilder<bool>()
                .HandleResult(false)
                .Handle<HttpRequestException>(static problem => problem.StatusCode == HttpStatusCode.ServiceUnavailable),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Constant,
            Delay = every,
        })
        .Build();
}
