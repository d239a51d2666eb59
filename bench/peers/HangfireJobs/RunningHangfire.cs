using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Hangfire.Redis.StackExchange;
using Hangfire.States;
using StackExchange.Redis;
using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.HangfireJobs;

/// <summary>A BackgroundJobClient that each caller calls on a thread of its own, as its calls block, and a BackgroundJobServer.</summary>
internal sealed class RunningHangfire : InProcessPeer
{
    private const int EnoughPerSecond = 2_000;

    private static readonly Lazy<IGlobalConfiguration> Configured = new(static () =>
        GlobalConfiguration
            .Configuration.SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
    );

    private readonly GuardedServer _server;
    private readonly JobStorage _storage;
    private readonly IDisposable? _connection;
    private readonly BackgroundJobClient _client;

    private RunningHangfire(Lengths lengths, GuardedServer server, JobStorage storage, IDisposable? connection, string description)
        : base(lengths, EnoughPerSecond)
    {
        _ = Configured.Value;
        (_server, _storage, _connection) = (server, storage, connection);
        _client = new(storage);
        Description =
            $"Hangfire {Programs.VersionOf(typeof(BackgroundJobClient))}, {description}. Enqueue on 64 threads, a BackgroundJobServer with "
            + $"{Lengths.Handlers} workers. A job is acknowledged when it is recorded as succeeded and taken off its queue.";
    }

    public override string Description { get; }

    protected override bool Blocks => true;

    public static async Task<RunningHangfire> OnPostgresAsync(string directory, Lengths lengths, int port)
    {
        var server = await Postgres.StartAsync(directory, port).ConfigureAwait(false);
        // Without EnableLongPolling: its NOTIFY has commits wait for one another, which took half of the enqueues. Workers are woken by
        // enqueues of their own process all the same; polling is for those of others.
        var options = new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromSeconds(1), UseSlidingInvisibilityTimeout = true };
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(Postgres.ConnectionString(port), options), options);
        return new(
            lengths,
            server,
            storage,
            connection: null,
            $"Hangfire.PostgreSql {Programs.VersionOf(typeof(PostgreSqlStorage))} with UseSlidingInvisibilityTimeout, a QueuePollInterval "
                + "of 1 s and without EnableLongPolling (it was slower; an enqueue wakes the workers of its own process anyway), "
                + $"PostgreSQL {await Postgres.VersionAsync().ConfigureAwait(false)} with {Postgres.Durability}"
        );
    }

    public static async Task<RunningHangfire> OnRedisAsync(string directory, Lengths lengths, int port)
    {
        var server = await DurableRedis.StartAsync(directory, port).ConfigureAwait(false);
        var redis = await ConnectionMultiplexer
            .ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"))
            .ConfigureAwait(false);
        return new(
            lengths,
            server,
            new RedisStorage(redis, new RedisStorageOptions()),
            redis,
            $"Hangfire.Redis.StackExchange {Programs.VersionOf(typeof(RedisStorage))} with its defaults, "
                + $"{await DurableRedis.VersionAsync().ConfigureAwait(false)}; {DurableRedis.Durability}"
        );
    }

    public override ValueTask DisposeAsync()
    {
        (_storage as IDisposable)?.Dispose();
        _connection?.Dispose();
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override Task SendAsync(string queue, int caller, string text)
    {
        _client.Create(Job.FromExpression(() => Handling.Run(text)), new EnqueuedState(queue));
        return Task.CompletedTask;
    }

    protected override Task<IAsyncDisposable> WorkAsync(string queue, Action<string> handle)
    {
        Handling.Current = handle;
        var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = Lengths.Handlers, Queues = [queue] },
            _storage
        );
        return Task.FromResult<IAsyncDisposable>(
            new Stopping(async () =>
            {
                server.SendStop();
                await server.WaitForShutdownAsync(CancellationToken.None).ConfigureAwait(false);
                server.Dispose();
            })
        );
    }
}
