using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.AppHost.Tests;

/// <summary>A server in a user's app host, and a program that refers to it: the sample, as it stands.</summary>
[Slow]
public sealed class HostingTests : IAsyncLifetime
{
    private const string Server = "timestone", Program = "mailer", Queue = "emails", Message = "welcome-19";

    private readonly TemporaryDirectory _data = new();
    private TelemetryReceiver _telemetry = null!;
    private DistributedApplication? _app;

    public async ValueTask InitializeAsync()
    {
        _telemetry = await TelemetryReceiver.StartAsync();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AspireMailer_AppHost>(
            [$"ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL={_telemetry.Address}"]
        );
        var server = builder.Resources.OfType<TimestoneResource>().Single();
        builder.CreateResourceBuilder(server)
            .WithCommand(Path.Combine(AppContext.BaseDirectory, server.Command))
            .WithDataFolder(_data.Path);
        _app = await builder.BuildAsync();
        await _app.StartAsync();
        await _app.ResourceNotifications.WaitForResourceHealthyAsync(Server);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await _telemetry.DisposeAsync();
        _data.Dispose();
    }

    // One app host for all: it takes long to start.
    [Fact]
    public async Task A_program_finds_the_server_by_its_reference_and_both_are_seen_and_the_dashboard_blocks_a_queue()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var client = await ConnectAsync(cancellationToken);
        await Eventually.BeAsync(async () => (await client.ListQueuesAsync(cancellationToken: cancellationToken)).Queues.Count == 1);
        await Eventually.BeAsync(async () =>
            (await client.GetMessageAsync(Queue, Message, cancellationToken)).State == MessageState.Completed);
        Directory.EnumerateFileSystemEntries(_data.Path).ShouldNotBeEmpty();

        foreach (var span in (string[])[$"process {Queue}", $"send {Queue}"])
            await Eventually.BeAsync(() => Task.FromResult(Says(_telemetry.Spans.Keys, Program, span)));
        await Eventually.BeAsync(() => Task.FromResult(Says(_telemetry.Metrics.Keys, Program, "timestone.worker.messages")));
        await Eventually.BeAsync(() => Task.FromResult(_telemetry.Metrics.Keys.Any(static signal => signal.Service == Server)));

        await CommandAsync("block-queue", Queue, "enqueues", $"Queue '{Queue}' refuses messages.");
        (await client.EnqueueAsync(Queue, [new NewMessage()], cancellationToken))[0].Error!.Code.ShouldBe(ErrorCode.EnqueueBlocked);
        await CommandAsync("block-queue", Queue, "both", $"Queue '{Queue}' refuses messages and gives none out.");
        await CommandAsync("unblock-queue", Queue, "both", $"Queue '{Queue}' takes messages and gives them out.");
        (await client.EnqueueAsync(Queue, [new NewMessage()], cancellationToken))[0].Error.ShouldBeNull();
        await CommandAsync("block-queue", "absent", "both", "There is no queue 'absent'.", succeeds: false);
        await CommandAsync("block-queue", "bad name", "both", "name", succeeds: false);
    }

    private async Task CommandAsync(string command, string queue, string what, string says, bool succeeds = true)
    {
        var server = _app!.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(static each => each.Name == Server);
        var result = await _app.ResourceCommands.ExecuteCommandAsync(
            server,
            command,
            new InteractionInputCollection([Input("queue", queue), Input("what", what)])
        );
        result.Success.ShouldBe(succeeds, result.Message);
        result.Message.ShouldNotBeNull().ShouldContain(says);

        static InteractionInput Input(string name, string value) => new() { Name = name, InputType = InputType.Text, Value = value };
    }

    private async Task<TimestoneClient> ConnectAsync(CancellationToken cancellationToken)
    {
        var address = await _app!.GetConnectionStringAsync(Server, cancellationToken);
        address.ShouldNotBeNull().ShouldStartWith("grpc://");
        return new TimestoneClient(new Uri(address));
    }

    private static bool Says(IEnumerable<Signal> signals, string service, string name) =>
        signals.Any(signal => signal.Service == service && signal.Name == name);
}
