using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Backend = Aspire.Hosting.ApplicationModel.IResourceBuilder<Aspire.Hosting.ApplicationModel.IResourceWithConnectionString>;

namespace Timestone.AppHost;

/// <summary>What silos need besides themselves; null for what there is not.</summary>
/// <param name="Redis">The cluster's Redis. Without it there is one silo, on files.</param>
/// <param name="Kafka">Where transitions are published.</param>
/// <param name="Elasticsearch">Where they are indexed.</param>
internal sealed record Backends(Backend? Redis, Backend? Kafka, Backend? Elasticsearch)
{
    // A folder with the programs kafka/start and search/start. Each takes a folder for its data and a port, and runs one node until it is
    // ended.
    private const string ServicesVariable = "TIMESTONE_SERVICES";

    // From the port that such a program is told to the one that it listens on besides: Kafka's controller, and Elasticsearch's other nodes.
    private const int ControllerDistance = 1, TransportDistance = 100;

    /// <summary>Those with a connection string. Where Redis has none, the dashboard asks, and the silos wait.</summary>
    public static Backends Given(IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("redis") is null)
            Console.WriteLine("The dashboard asks for a Redis; ConnectionStrings__redis in the environment names one, --local starts one.");
        var redis = OfOrleans(builder.AddConnectionString("redis"));
        return new Backends(redis, GivenOrNone(builder, "kafka"), GivenOrNone(builder, "elasticsearch"));
    }

    /// <summary>Those with a connection string, and as programs those that this machine has. One line says what it has not.</summary>
    public static Backends OnThisMachine(IDistributedApplicationBuilder builder, Options options)
    {
        var missing = new List<string>();
        var backends = new Backends(
            OfOrleans(GivenOrNone(builder, "redis") ?? LocalRedis(builder, options, missing)),
            GivenOrNone(builder, "kafka") ?? LocalKafka(builder, options, missing),
            GivenOrNone(builder, "elasticsearch") ?? LocalElasticsearch(builder, options, missing));
        if (missing is not [])
        {
            var left = string.Join("; ", missing);
            Console.WriteLine($"Left out: {left}. ConnectionStrings__NAME in the environment adds one that runs elsewhere.");
        }

        return backends;
    }

    // How Orleans calls its provider for it.
    private static Backend? OfOrleans(Backend? redis) => redis?.WithOrleansProviderType("Redis");

    private static Backend? GivenOrNone(IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is null ? null : builder.AddConnectionString(name);

    private static IResourceBuilder<LocalServer>? LocalRedis(IDistributedApplicationBuilder builder, Options options, List<string> missing)
    {
        if (!IsOnPath("redis-server"))
        {
            missing.Add("redis, so that there is one silo, on files (no redis-server on the PATH)");
            return null;
        }

        var redis = Add(builder, options, "redis", "redis-server", "tcp", port: null);
        redis.WithArgs("--bind", "127.0.0.1", "--port", redis.Resource.Endpoint.Property(EndpointProperty.TargetPort))
            .WithArgs("--dir", options.DataOf("redis"), "--appendonly", "yes", "--appendfsync", "always", "--save", "");
        string? connection = null;
        redis.OnConnectionStringAvailable(async (server, _, cancellationToken) =>
            connection = await server.ConnectionStringExpression.GetValueAsync(cancellationToken));
        builder.Services.AddHealthChecks().AddRedis(
            _ => connection ?? throw new InvalidOperationException("Redis has no address yet."), "redis");
        return redis.WithHealthCheck("redis");
    }

    private static IResourceBuilder<LocalServer>? LocalKafka(IDistributedApplicationBuilder builder, Options options, List<string> missing)
    {
        if (Service(builder, "kafka", "kafka/start", missing) is not { } start)
            return null;
        var kafka = Add(builder, options, "kafka", start, "tcp", FreePorts.With(ControllerDistance), ("controller", ControllerDistance));
        kafka.WithArgs(options.DataOf("kafka"), kafka.Resource.Endpoint.Property(EndpointProperty.TargetPort));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "kafka", _ => new ListensCheck(kafka.Resource.Endpoint), HealthStatus.Unhealthy, tags: null));
        return kafka.WithHealthCheck("kafka");
    }

    private static IResourceBuilder<LocalServer>? LocalElasticsearch(
        IDistributedApplicationBuilder builder, Options options, List<string> missing)
    {
        if (Service(builder, "elasticsearch", "search/start", missing) is not { } start)
            return null;
        var port = FreePorts.With(TransportDistance);
        var elasticsearch = Add(builder, options, "elasticsearch", start, "http", port, ("transport", TransportDistance));
        return elasticsearch
            .WithArgs(options.DataOf("elasticsearch"), elasticsearch.Resource.Endpoint.Property(EndpointProperty.TargetPort))
            .WithHttpHealthCheck("/");
    }

    // Not behind Aspire's proxy: that would accept before the server does, and Kafka names its own port to clients. What a server
    // listens on besides is an endpoint too, so that Aspire gives that port to nobody else.
    private static IResourceBuilder<LocalServer> Add(
        IDistributedApplicationBuilder builder,
        Options options,
        string name,
        string command,
        string scheme,
        int? port,
        params (string Name, int Distance)[] others)
    {
        var data = options.DataOf(name);
        Directory.CreateDirectory(data);
        var server = builder.AddResource(new LocalServer(name, command, data, scheme))
            .WithEndpoint(scheme, endpoint => Set(endpoint, scheme, port));
        foreach (var other in others)
        {
            server.WithEndpoint(other.Name, endpoint => Set(endpoint, "tcp", port + other.Distance))
                .WithUrlForEndpoint(other.Name, static url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly);
        }

        return server;

        static void Set(EndpointAnnotation endpoint, string scheme, int? port)
        {
            endpoint.UriScheme = scheme;
            endpoint.TargetHost = "127.0.0.1";
            endpoint.Port = port;
            endpoint.IsProxied = false;
        }
    }

    private static string? Service(IDistributedApplicationBuilder builder, string name, string program, List<string> missing)
    {
        var folder = builder.Configuration[ServicesVariable];
        var start = string.IsNullOrEmpty(folder) ? null : Path.GetFullPath(Path.Combine(folder, program));
        if (File.Exists(start))
            return start;
        missing.Add(start is null ? $"{name} ({ServicesVariable} is not set)" : $"{name} (no {start})");
        return null;
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
