using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Client.Orleans;
using Timestone.Tests.Redis;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>A client whose cluster is not there yet.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class WaitingClientTests
{
    [Fact]
    public async Task It_says_that_it_waits_for_Redis_and_tells_nobody_the_password()
    {
        var port = FreePort.With();
        (await FirstWarningAsync($"127.0.0.1:{port},password=secret"))
            .ShouldBe($"Waiting for the cluster 'waiting': Redis at 127.0.0.1:{port} does not answer.");
    }

    [Fact]
    public async Task It_says_that_it_waits_for_a_silo() =>
        (await FirstWarningAsync(RedisServer.SharedOfAnyKind.Address)).ShouldBe(
            $"Waiting for the cluster 'waiting': there is no silo of that name in the cluster's table in Redis at {RedisServer.SharedOfAnyKind.Address}."
        );

    private static async Task<string> FirstWarningAsync(string redis)
    {
        var said = new FirstWarning("Timestone.");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(said);
        builder.AddTimestoneOrleansClient(options => (options.Redis, options.Cluster) = (redis, "waiting"));
        using var host = builder.Build();
        using var stop = new CancellationTokenSource();
        var start = host.StartAsync(stop.Token);
        var text = await said.Text.WaitAsync(TimeSpan.FromMinutes(1));
        start.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return text;
    }

    private sealed class FirstWarning(string category) : ILoggerProvider
    {
        private readonly TaskCompletionSource<string> _text = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Text => _text.Task;

        public ILogger CreateLogger(string categoryName) =>
            new Logger(categoryName.StartsWith(category, StringComparison.Ordinal) ? _text : null);

        public void Dispose()
        {
        }

        private sealed class Logger(TaskCompletionSource<string>? text) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => text is not null && logLevel >= LogLevel.Warning;

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter
            ) => text?.TrySetResult(formatter(state, exception));
        }
    }
}
