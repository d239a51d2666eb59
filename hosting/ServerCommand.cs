using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Timestone.ServiceDefaults;

namespace Timestone.Hosting;

/// <summary>The server as a program: what it is told, what it says, how it ends.</summary>
public static partial class ServerCommand
{
    /// <summary>Runs the server until it is told to stop by SIGTERM or SIGINT.</summary>
    /// <returns>The exit code: 0 after a stop, 1 when it could not start; then one line of <paramref name="errors"/> says why.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter errors) =>
        RunAsync(new HostProgram(), args, output, errors);

    internal static async Task<int> RunAsync(HostProgram program, IReadOnlyList<string> args, TextWriter output, TextWriter errors)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(errors);
        if (args.Contains("--help"))
        {
            await output.WriteLineAsync(program.Usage).ConfigureAwait(false);
            return 0;
        }

        using var ending = program;
        try
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration.AddInMemoryCollection(CommandLine.Parse(args, program.Options));
            program.Complete(builder.Configuration);
            var options = ServerConfiguration.Read(builder.Configuration, program.Section);
            if (options.Role == ServerRole.Indexer)
            {
                await IndexAsync(builder.Configuration, options).ConfigureAwait(false);
                return 0;
            }

            program.Read(builder.Configuration, options);
            options = program.Prepare(options);
            LoggingDefaults.AddTo(builder);
            var server = await TimestoneServer.StartAsync(builder, options, program, CancellationToken.None).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                program.Started(server.Logger);
                var addresses = string.Join(", ", server.Addresses);
                if (options.Redis is null)
                    LogStarted(server.Logger, addresses, Path.GetFullPath(options.Data), options.Durability.ToString().ToLowerInvariant());
                else
                    LogStartedOnRedis(server.Logger, addresses, options.RedisWaitReplicas);
                if (ListenAddresses.BeyondLoopback(options.Urls).ToList() is { Count: > 0 } reachable)
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
                return 0;
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop while it was starting.
            return 0;
        }
        catch (InvalidDataException problem) when (problem.GetBaseException() is JsonException broken)
        {
            // An appsettings.json that is no JSON: the framework says which in one exception, and where in another.
            await errors
                .WriteLineAsync(
                    $"{program.Name}: {problem.Message} {broken.Message} (lines and bytes count from 0)".ReplaceLineEndings(" ")
                )
                .ConfigureAwait(false);
            return 1;
        }
        catch (Exception problem)
            when (problem
                    is BadOptionException
                        or IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or SocketException
                        or TimestoneException
                || program.ExplainsStart(problem)
            )
        {
            await errors.WriteLineAsync($"{program.Name}: {problem.Message.ReplaceLineEndings(" ")}").ConfigureAwait(false);
            return 1;
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
