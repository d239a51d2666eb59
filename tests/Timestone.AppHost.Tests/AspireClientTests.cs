using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Shouldly;
using Timestone.Aspire.Client;
using Timestone.Client;
using Timestone.Hosting;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.AppHost.Tests;

/// <summary>What a program gets that adds Timestone's client by the name of a connection.</summary>
public sealed class AspireClientTests
{
    private const string Section = "Aspire:Timestone:Client";

    [Fact]
    public void The_connection_string_has_one_address_or_several()
    {
        Options(("ConnectionStrings:timestone", "grpc://a:7071")).Addresses.ShouldBe([new Uri("grpc://a:7071")]);
        Options(("ConnectionStrings:timestone", "http://a, http://b")).Addresses.ShouldBe([new Uri("http://a"), new Uri("http://b")]);
    }

    [Fact]
    public void What_is_more_specific_outweighs_what_is_less()
    {
        (string, string) all = ($"{Section}:ConnectionString", "http://all"),
            own = ($"{Section}:timestone:ConnectionString", "http://own"),
            given = ("ConnectionStrings:timestone", "http://given");
        Options(all).Address.ShouldBe(new Uri("http://all"));
        Options(all, own).Address.ShouldBe(new Uri("http://own"));
        Options(all, own, given).Address.ShouldBe(new Uri("http://given"));

        var builder = Builder(all, own, given, ($"{Section}:Options:RetryFor", "00:00:01"), ($"{Section}:timestone:Options:RetryDelay", "00:00:02"));
        builder.AddTimestoneClient("timestone", static settings => settings.ConnectionString = "http://code", static options =>
            options.MaxRetryDelay = TimeSpan.FromSeconds(3));
        using var host = builder.Build();
        var options = host.Services.GetRequiredService<IOptions<TimestoneClientOptions>>().Value;
        options.Address.ShouldBe(new Uri("http://code"));
        (options.RetryFor, options.RetryDelay, options.MaxRetryDelay)
            .ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public void An_address_in_code_needs_no_connection_string()
    {
        var builder = Builder();
        builder.AddTimestoneClient("timestone", configureOptions: static options => options.Address = new Uri("http://code"));
        using var host = builder.Build();
        host.Services.GetRequiredService<IOptions<TimestoneClientOptions>>().Value.Address.ShouldBe(new Uri("http://code"));
    }

    [Fact]
    public async Task Without_a_connection_string_the_host_does_not_start()
    {
        var builder = Builder();
        builder.AddTimestoneClient("timestone");
        using var host = builder.Build();
        var problem = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        problem.Message.ShouldContain("ConnectionStrings:timestone");
    }

    [Fact]
    public void What_cannot_be_is_refused_where_it_stands_and_named()
    {
        Refused(("ConnectionStrings:timestone", "127.0.0.1:7070 x")).ShouldContain("'timestone'");
        Refused(("ConnectionStrings:timestone", "localhost:7070")).ShouldContain("'localhost:7070'");
        Refused(("ConnectionStrings:timestone", "http://a"), ($"{Section}:HealthCheckTimeout", "00:00:00")).ShouldContain("HealthCheckTimeout");

        static string Refused(params (string, string)[] settings) =>
            Should.Throw<InvalidOperationException>(() => Builder(settings).AddTimestoneClient("timestone")).Message;
    }

    [Fact]
    public void Several_clients_are_keyed_and_none_is_added_twice()
    {
        var builder = Builder(("ConnectionStrings:a", "http://a"), ("ConnectionStrings:b", "http://b"));
        builder.AddTimestoneClient("a");
        builder.AddKeyedTimestoneClient("b");
        Should.Throw<InvalidOperationException>(() => builder.AddTimestoneClient("b"));
        Should.Throw<InvalidOperationException>(() => builder.AddKeyedTimestoneClient("b")).Message.ShouldContain("'b'");
        using var host = builder.Build();
        host.Services.GetRequiredService<ITimestone>().ShouldBeOfType<TimestoneClient>();
        host.Services.GetRequiredKeyedService<ITimestone>("b").ShouldNotBe(host.Services.GetRequiredService<ITimestone>());
        host.Services.GetRequiredService<IOptionsMonitor<TimestoneClientOptions>>().Get("b").Address.ShouldBe(new Uri("http://b"));
    }

    [Fact]
    public async Task The_health_check_tells_whether_a_server_answers()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var address = FreePort.Url();
        var builder = Builder(("ConnectionStrings:timestone", address), ($"{Section}:HealthCheckTimeout", "00:00:00.5"));
        builder.AddTimestoneClient("timestone");
        using var host = builder.Build();
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var away = (await health.CheckHealthAsync(cancellationToken)).Entries["Timestone"];
        away.Status.ShouldBe(HealthStatus.Unhealthy);
        away.Description.ShouldBe("No server answered within 0.5 s.");

        using var data = new TemporaryDirectory();
        await using var server = await TimestoneServer.StartAsync(
            new TimestoneServerOptions { Urls = address, GrpcUrls = "off", Data = data.Path },
            cancellationToken
        );
        await Eventually.BeAsync(async () => (await health.CheckHealthAsync(cancellationToken)).Status == HealthStatus.Healthy);
    }

    [Theory]
    [InlineData(null, true, true, true)]
    [InlineData("DisableHealthChecks", false, true, true)]
    [InlineData("DisableTracing", true, false, true)]
    [InlineData("DisableMetrics", true, true, false)]
    public void Each_kind_of_telemetry_has_its_switch(string? disabled, bool hasHealth, bool hasTraces, bool hasMetrics)
    {
        var builder = Builder(("ConnectionStrings:timestone", "http://a"), ($"{Section}:timestone:{disabled ?? "Any"}", "true"));
        builder.AddTimestoneClient("timestone");
        using var host = builder.Build();
        (host.Services.GetService<HealthCheckService>() is not null).ShouldBe(hasHealth);
        (host.Services.GetService<TracerProvider>() is not null).ShouldBe(hasTraces);
        (host.Services.GetService<MeterProvider>() is not null).ShouldBe(hasMetrics);
    }

    // Editors know what the code knows.
    [Fact]
    public void The_schema_has_each_setting_and_its_default()
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ConfigurationSchema.json")))!;
        var client = schema["properties"]!["Aspire"]!["properties"]!["Timestone"]!["properties"]!["Client"]!["properties"]!.AsObject();
        var options = client["Options"]!["properties"]!.AsObject();
        client.Remove("Options");
        Defaults(client).ShouldBe(Defaults(new TimestoneClientSettings()), ignoreOrder: true);

        // Addresses are what the connection string says.
        Defaults(options).ShouldBe(
            Defaults(new TimestoneClientOptions()).Where(static option => !option.Name.StartsWith("Address", StringComparison.Ordinal)),
            ignoreOrder: true
        );
    }

    private static IEnumerable<(string Name, string? Default)> Defaults(JsonObject properties) =>
        properties.Select(static property => (property.Key, property.Value!["default"]?.ToString().ToLowerInvariant()));

    private static IEnumerable<(string Name, string? Default)> Defaults(object settings) =>
        settings.GetType().GetProperties().Select(property => (property.Name, property.GetValue(settings)?.ToString()?.ToLowerInvariant()));

    private static TimestoneClientOptions Options(params (string, string)[] settings)
    {
        var builder = Builder(settings);
        builder.AddTimestoneClient("timestone");
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<TimestoneClientOptions>>().Value;
    }

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        return builder;
    }
}
