using Microsoft.Extensions.DependencyInjection;
using Timestone.AppHost;

const string Grpc = "grpc";

// Silos and what they need: with --local from the programs of this machine, else from connection strings.
var builder = DistributedApplication.CreateBuilder(Options.Spelled(args));
if (!Options.TryRead(builder, out var options))
    return 1;

var backends = options.Local ? Backends.OnThisMachine(builder, options) : Backends.Given(builder);

// REST of all silos at one address, behind which Aspire divides the connections; a silo finds its ports in its environment.
var silos = builder.AddProject<Projects.Timestone_Silo>("silo")
    .WithHttpEndpoint(port: options.Port)
    .WithHttpEndpoint(name: Grpc)
    .WithEndpointsInEnvironment(static endpoint => endpoint.Name != Grpc)
    .WithHttpHealthCheck("/readyz");
silos.WithEnvironment(
    "Timestone__GrpcUrls", ReferenceExpression.Create($"http://127.0.0.1:{silos.GetEndpoint(Grpc).Property(EndpointProperty.TargetPort)}"));
if (backends.Redis is { } redis)
{
    var cluster = builder.AddParameter(
        "cluster", () => builder.Configuration["Parameters:cluster"] ?? "timestone", publishValueAsDefault: true);
    var orleans = builder.AddOrleans("orleans")
        .WithClusterId(cluster)
        .WithServiceId(cluster)
        .WithClustering(redis)
        .WithGrainDirectory("default", redis)
        .WithGrainStorage("timestone", redis);
    silos.WithReplicas(options.Silos).WithReference(orleans).WaitFor(redis);
}
else
{
    silos.WithEnvironment("Timestone__Data", options.DataOf("silo"));
}

if (backends.Kafka is { } kafka)
    silos.WithEnvironment("Timestone__Kafka", kafka).WaitFor(kafka);
if (backends.Elasticsearch is { } elasticsearch)
    silos.WithEnvironment("Timestone__Elasticsearch", elasticsearch).WaitFor(elasticsearch);

builder.Services.AddHostedService(services => new SilosStopFirst(silos.Resource, services.GetRequiredService<ResourceCommandService>()));
await builder.Build().RunAsync();
return 0;
