using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>Clients among a program's services: bound to its configuration, several by key, and sending as the program says.</summary>
public sealed class ClientServicesTests
{
    private const string Queues = """{"queues":[],"next":null}""";

    [Fact]
    public async Task A_program_can_have_clients_of_several_servers()
    {
        await using var one = await StubServer.StartAsync(Replies.Json(Queues));
        await using var other = await StubServer.StartAsync(Replies.Json(Queues));
        await using var services = new ServiceCollection()
            .AddTimestoneClient(one.Address)
            .AddKeyedTimestoneClient("billing", other.Address)
            .BuildServiceProvider();

        await services.GetRequiredKeyedService<ITimestone>("billing").ListQueuesAsync();
        (one.Requests.Count, other.Requests.Count).ShouldBe((0, 1));
        await services.GetRequiredService<ITimestone>().ListQueuesAsync();
        (one.Requests.Count, other.Requests.Count).ShouldBe((1, 1));
        services.GetService<ITimestone>().ShouldBeSameAs(services.GetService<TimestoneClient>());
    }

    [Fact]
    public async Task A_worker_and_an_enqueuer_work_over_the_client_with_their_key()
    {
        await using var server = await StubServer.StartAsync(Replies.Json("""{"results":[{"id":"a","state":"pending","version":1}]}"""));
        var clock = new ManualTimeProvider();
        var polled = new ScriptedTimestone(clock);
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddKeyedSingleton<ITimestone>("orders", polled)
            .AddKeyedTimestoneClient("billing", server.Address)
            .AddTimestoneEnqueuer<int>("invoices", client: "billing")
            .AddTimestoneWorker<int>("q", static (_, _, _) => Task.CompletedTask, client: "orders")
            .BuildServiceProvider();

        await services.GetRequiredService<IEnqueuer<int>>().EnqueueAsync(17);
        server.Requests.ShouldHaveSingleItem().PathAndQuery.ShouldBe("/v1/queues/invoices/messages");
        await services.GetServices<IHostedService>().ShouldHaveSingleItem().StartAsync(CancellationToken.None);
        await polled.DequeueAsync();
    }

    [Fact]
    public async Task A_clients_options_come_from_configuration()
    {
        using var host = Host(
            new()
            {
                ["Timestone:Addresses:0"] = "http://a.example:7070",
                ["Timestone:Addresses:1"] = "http://b.example:7070",
                ["Timestone:RetryFor"] = "00:01:00",
                ["Billing:Address"] = "grpc://c.example:7071",
            },
            static services => services
                .AddTimestoneClient(static options => options.RetryDelay = TimeSpan.FromSeconds(1))
                .AddKeyedTimestoneClient("billing")
        );
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<TimestoneClientOptions>>();
        monitor.CurrentValue.Addresses.ShouldBe([new Uri("http://a.example:7070"), new Uri("http://b.example:7070")]);
        monitor.CurrentValue.RetryFor.ShouldBe(TimeSpan.FromMinutes(1));
        monitor.CurrentValue.RetryDelay.ShouldBe(TimeSpan.FromSeconds(1));
        monitor.Get("billing").Addresses.ShouldBe([new Uri("grpc://c.example:7071")]);
        await host.StartAsync();
    }

    [Fact]
    public async Task A_host_does_not_start_with_an_option_out_of_range_and_names_it()
    {
        using var host = Host(new() { ["Timestone:RetryFor"] = "2.00:00:00" }, static services => services.AddTimestoneClient());
        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain("RetryFor");
    }

    [Fact]
    public async Task What_the_code_says_outweighs_the_configuration()
    {
        await using var server = await StubServer.StartAsync(Replies.Json(Queues));
        using var host = Host(
            new() { ["Timestone:Addresses:0"] = "http://127.0.0.1:1" },
            services => services.AddTimestoneClient(server.Address)
        );
        await host.Services.GetRequiredService<ITimestone>().ListQueuesAsync();
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_workers_options_come_from_configuration_by_its_queue()
    {
        var service = new ScriptedTimestone(new ManualTimeProvider());
        using var host = Host(
            new() { ["Workers:q:Concurrency"] = "3", ["Workers:q:WorkerName"] = "configured" },
            services => services
                .AddSingleton<ITimestone>(service)
                .AddTimestoneWorker<int>("q", static (_, _, _) => Task.CompletedTask, static options => options.Prefetch = 2)
        );
        await host.StartAsync();
        var request = (await service.DequeueAsync()).Request;
        (request.Max, request.Worker).ShouldBe((5, "configured"));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_workers_option_out_of_range_keeps_the_host_from_starting()
    {
        using var host = Host(
            new() { ["Workers:q:Concurrency"] = "0" },
            static services => services
                .AddSingleton<ITimestone>(new ScriptedTimestone(new ManualTimeProvider()))
                .AddTimestoneWorker<int>("q", static (_, _, _) => Task.CompletedTask)
        );
        (await Should.ThrowAsync<ArgumentException>(() => host.StartAsync())).ParamName.ShouldBe("Concurrency");
    }

    [Fact]
    public async Task Requests_go_through_the_named_HttpClient()
    {
        var seen = new List<string?>();
        await using var server = await StubServer.StartAsync(context =>
        {
            seen.Add($"{context.Request.Headers.Authorization} {context.Request.Headers["X-Handler"]}");
            return Replies.Json(Queues)(context);
        });
        var services = new ServiceCollection().AddTimestoneClient(server.Address).AddKeyedTimestoneClient("billing", server.Address);
        services.AddHttpClient(TimestoneClient.HttpClientName, static http => http.DefaultRequestHeaders.Authorization = new("Bearer", "key"));
        SocketsHttpHandler? connections = null;
        services
            .AddHttpClient("Timestone.billing")
            .AddHttpMessageHandler(static () => new Marking())
            .UseSocketsHttpHandler((handler, _) => connections = handler);
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<ITimestone>().ListQueuesAsync();
        await provider.GetRequiredKeyedService<ITimestone>("billing").ListQueuesAsync();
        seen.ShouldBe(["Bearer key ", " marked"]);

        // What is not changed stays as the client has it.
        connections.ShouldNotBeNull().UseProxy.ShouldBeFalse();
    }

    [Fact]
    public async Task What_all_HttpClients_of_a_program_have_does_not_cut_the_wait_for_messages()
    {
        await using var server = await StubServer.StartAsync(Replies.Json(Queues));
        var services = new ServiceCollection();
        services.ConfigureHttpClientDefaults(static http => http.AddHttpMessageHandler(static () => new Refusing()));
        await using var provider = services.AddTimestoneClient(server.Address).BuildServiceProvider();
        await provider.GetRequiredService<ITimestone>().ListQueuesAsync();
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_handler_of_the_HttpClient_that_throws_is_a_failed_try()
    {
        var services = new ServiceCollection().AddTimestoneClient(static options => options.RetryFor = TimeSpan.Zero);
        services.AddHttpClient(TimestoneClient.HttpClientName).AddHttpMessageHandler(static () => new Refusing());
        await using var provider = services.BuildServiceProvider();
        var problem = await Should.ThrowAsync<TimestoneException>(() => provider.GetRequiredService<ITimestone>().ListQueuesAsync());
        (problem.Code, problem.InnerException!.Message).ShouldBe((ErrorCode.Unavailable, "No token."));
    }

    [Fact]
    public async Task No_line_is_logged_for_each_request()
    {
        using var lines = new ScopedLines();
        await using var server = await StubServer.StartAsync(Replies.Json(Queues));
        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(lines))
            .AddTimestoneClient(server.Address)
            .BuildServiceProvider();
        await services.GetRequiredService<ITimestone>().ListQueuesAsync();
        lines.Count.ShouldBe(0);
    }

    private static IHost Host(Dictionary<string, string?> configuration, Action<IServiceCollection> add)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(configuration);
        add(builder.Services);
        builder.Services.AddOptions<TimestoneClientOptions>().BindConfiguration("Timestone");
        builder.Services.AddOptions<TimestoneClientOptions>("billing").BindConfiguration("Billing");
        builder.Services.AddOptions<TimestoneWorkerOptions>("q").BindConfiguration("Workers:q");
        return builder.Build();
    }

    private sealed class Marking : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Handler", "marked");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Refusing : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No token.");
    }
}
