using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Timestone.ServiceDefaults;

namespace Timestone.Hosting;

/// <summary>A host as a program: what it is called, what it is told, what it says, how it ends. What is unset is as in a server.</summary>
public sealed partial class HostProgram
{
    /// <summary>How it is called, where it speaks of itself.</summary>
    public required string Name { get; init; }

    /// <summary>What <c>--help</c> says first.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its options beyond those of <see cref="TimestoneServerOptions"/>.</summary>
    public IReadOnlyList<HostOption> Options { get; init; } = [];

    /// <summary>How long requests in flight may take at a stop. In a server waits end at once and commits take milliseconds; only a caller
    /// who stopped sending or reading takes longer.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Adds to the configuration, before it is read, what it says under other names.</summary>
    public Action<ConfigurationManager> Complete { get; init; } = static _ => { };

    /// <summary>Reads its own options, starts what has to be there before the host, and adds to the services. Gives the options that the
    /// service has then.</summary>
    public Func<WebApplicationBuilder, TimestoneServerOptions, TimestoneServerOptions> Configure { get; init; } =
        static (_, options) => options;

    /// <summary>Adds routes, and what else the built host is to do.</summary>
    public Action<WebApplication> Use { get; init; } = static _ => { };

    /// <summary>Whether a start that failed with this is explained by its message alone; most else is a mistake of ours.</summary>
    public Func<Exception, bool> Explains { get; init; } = static _ => false;

    /// <summary>Runs until it is told to stop by SIGTERM or SIGINT.</summary>
    /// <returns>The exit code: 0 after a stop, 1 when it could not start; then one line of <paramref name="errors"/> says why.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            var options = TimestoneServerOptions.Section.Options.Concat(Options);
            return await CommandLine.InvokeAsync(Help, options, args, output, RunAsync).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Told to stop while it was starting.
            return 0;
        }
        catch (Exception problem)
            when (problem
                    is BadOptionException
                        or IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or SocketException
                        or TimestoneException
                || Explains(problem)
            )
        {
            await errors.WriteLineAsync($"{Name}: {problem.Message}{MoreOf(problem)}".ReplaceLineEndings(" ")).ConfigureAwait(false);
            return 1;
        }
    }

    // An appsettings.json that is no JSON: the framework says which in one exception, and where in another.
    private static string MoreOf(Exception problem) =>
        problem switch
        {
            InvalidDataException when problem.GetBaseException() is JsonException broken =>
                $" {broken.Message} (lines and bytes count from 0)",
            IOException { InnerException: AddressInUseException } => " Say others with --urls and --grpc-urls.",
            _ => "",
        };

    private string Help =>
        $"""
        {Description}

        Each option is also a key of the section Timestone: --grpc-urls is Timestone:GrpcUrls in appsettings.json,
        Timestone__GrpcUrls in the environment. --no-auto-create is Timestone:AutoCreate=false. Timestone:Defaults has the settings of
        queues that a message creates; below Timestone:Kafka and Timestone:Elasticsearch are topics, properties and credentials.
        """;

    private async Task<int> RunAsync(IEnumerable<KeyValuePair<string, string?>> given)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(given);
        Complete(builder.Configuration);
        var options = ServerConfiguration.Read(builder.Configuration, Options);
        if (options.Role == ServerRole.Indexer)
            await IndexAsync(builder.Configuration, options).ConfigureAwait(false);
        else
            await ServeAsync(builder, options).ConfigureAwait(false);
        return 0;
    }

    private async Task ServeAsync(WebApplicationBuilder builder, TimestoneServerOptions options)
    {
        if (options.Kafka is { } kafka)
            EventFlow.OnKafka(kafka.Try);
        LoggingDefaults.AddTo(builder);
        var server = await TimestoneServer.StartAsync(builder, options, this, CancellationToken.None).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            var addresses = string.Join(", ", server.Addresses);
            if (options.Redis is null)
                LogStarted(server.Logger, addresses, Path.GetFullPath(options.Data), options.Durability.ToString().ToLowerInvariant());
            else
                LogStartedOnRedis(server.Logger, addresses, options.RedisWaitReplicas);
            if (ListenAddresses.BeyondLoopback(options.AllUrls).ToList() is { Count: > 0 } reachable)
                LogInsecure(server.Logger, string.Join(", ", reachable));
            var stopping = server.Lifetime.ApplicationStopping;
            var began = 0L;
            using var _ = stopping.Register(() =>
            {
                began = Stopwatch.GetTimestamp();
                LogStopping(server.Logger);
            });
            await server.WaitForShutdownAsync().ConfigureAwait(false);
            LogStopped(server.Logger, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
    }

    private static async Task IndexAsync(ConfigurationManager configuration, TimestoneServerOptions options)
    {
        var builder = Host.CreateApplicationBuilder(
            new HostApplicationBuilderSettings { DisableDefaults = true, Configuration = configuration }
        );
        LoggingDefaults.AddTo(builder);
        builder.AddServiceDefaults("timestone-indexer");
        builder.Services.AddSingleton(options);
        builder.Services.AddHostedService<IndexerService>();
        using var host = builder.Build();

        // Who reads the line may tell it to stop.
        await host.StartAsync().ConfigureAwait(false);
        LogStartedIndexer(
            host.Services.GetRequiredService<ILogger<IndexerService>>(),
            options.Kafka!.BootstrapServers,
            string.Join(", ", options.Elasticsearch!.Addresses)
        );
        await host.WaitForShutdownAsync().ConfigureAwait(false);
    }

    [LoggerMessage(1, LogLevel.Information, "Listening on {Addresses}, data in {Data}, durability {Durability}.")]
    private static partial void LogStarted(ILogger logger, string addresses, string data, string durability);

    [LoggerMessage(4, LogLevel.Information, "Listening on {Addresses}, data in Redis, waiting for {Replicas} replicas.")]
    private static partial void LogStartedOnRedis(ILogger logger, string addresses, int replicas);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "Other machines can reach {Addresses}, and there is no authentication: whoever does can read and change every queue. Let only those through who may."
    )]
    private static partial void LogInsecure(ILogger logger, string addresses);

    [LoggerMessage(6, LogLevel.Information, "Told to stop: finishing what was begun.")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(7, LogLevel.Information, "Stopped in {Seconds:0.0} s; everything that was answered is kept.")]
    private static partial void LogStopped(ILogger logger, double seconds);

    [LoggerMessage(5, LogLevel.Information, "Indexing what is in Kafka at {Kafka} in Elasticsearch at {Elasticsearch}.")]
    private static partial void LogStartedIndexer(ILogger logger, string kafka, string elasticsearch);
}
