#:sdk Aspire.AppHost.Sdk@13.3.0
#:package Aspire.Hosting.Redis@13.3.0
#:package Aspire.Hosting.Kafka@13.3.0
#:package Aspire.Hosting.Elasticsearch@13.3.0

// Redis, Kafka, Elasticsearch and three silos on this machine: `aspire run`, or `dotnet run apphost.cs`.
const int Silos = 3;
const int FirstHttpPort = 7070, FirstSiloPort = 11111, FirstGatewayPort = 30000;

var builder = DistributedApplication.CreateBuilder(args);
var redis = builder.AddRedis("redis").WithDataVolume().WithArgs("--appendonly", "yes", "--appendfsync", "always");
var kafka = builder.AddKafka("kafka");
var elasticsearch = builder.AddElasticsearch("elasticsearch");

for (var i = 0; i < Silos; i++)
{
    builder.AddProject($"silo-{i}", "../silo/Timestone.Silo.csproj")
        .WithHttpEndpoint(port: FirstHttpPort + i, isProxied: false)
        .WithHttpHealthCheck("/readyz")
        .WithEnvironment("Timestone__Redis", redis)
        .WithEnvironment("Timestone__Kafka", kafka)
        .WithEnvironment("Timestone__Elasticsearch", elasticsearch)
        .WithEnvironment("Timestone__Silo__SiloPort", $"{FirstSiloPort + i}")
        .WithEnvironment("Timestone__Silo__GatewayPort", $"{FirstGatewayPort + i}")
        .WaitFor(redis)
        .WaitFor(kafka)
        .WaitFor(elasticsearch);
}

builder.Build().Run();
