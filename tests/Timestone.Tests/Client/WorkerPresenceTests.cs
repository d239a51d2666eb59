using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Timestone.Tests.Api;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Faults;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>What a worker says of a server over REST that is not there; the tests of its stream say it of gRPC.</summary>
public sealed class WorkerPresenceTests
{
    private readonly RecordingLogger<TimestoneWorker> _log = new();

    [Fact]
    public async Task A_server_that_goes_and_comes_back_is_told_in_one_line_each_while_calls_are_still_tried()
    {
        await using var service = new LocalTimestone(new MemoryJournal());
        await using var host = await ApiHost.StartAsync(service);
        await using var network = new Proxy(() => host.Http.BaseAddress!.Port);
        using var client = new TimestoneClient(new Uri($"http://127.0.0.1:{network.Port}"));
        await service.EnqueueAsync("q", new NewMessage());
        var handler = new ScriptedHandler();
        using var worker = new TimestoneWorker(client, "q", handler, new TimestoneWorkerOptions { WorkerName = "worker" }, _log);
        await worker.StartAsync(CancellationToken.None);
        (await handler.RunAsync()).Return();
        network.Drop();
        await Eventually.BeAsync(() => Task.FromResult(Lines("gets no messages from queue q now") > 0));
        await service.EnqueueAsync("q", new NewMessage());
        network.Mend();
        (await handler.RunAsync()).Return();
        await worker.StopAsync(CancellationToken.None);
        (Lines("gets no messages from queue q now"), Lines("is served of queue q again")).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData(TimestoneProtocol.Http)]
    [InlineData(TimestoneProtocol.Grpc)]
    public async Task A_queue_that_does_not_exist_yet_is_told_in_one_line_and_its_first_message_is_handled(TimestoneProtocol protocol)
    {
        await using var server = await TimestoneServer.StartAsync(new TimestoneServerOptions
        {
            Urls = "http://127.0.0.1:0",
            GrpcUrls = "http://127.0.0.1:0",
            OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal()),
        });
        var address = protocol == TimestoneProtocol.Grpc ? server.GrpcAddress! : server.BaseAddress;
        using var client = new TimestoneClient(new TimestoneClientOptions { Address = address, Protocol = protocol });
        var handler = new ScriptedHandler();
        using var worker = new TimestoneWorker(client, "q", handler, null, _log);
        await worker.StartAsync(CancellationToken.None);
        await Eventually.BeAsync(() => Task.FromResult(Lines("There is no queue q yet") > 0));

        // What is said of the server does not change what is said of the queue.
        await client.ListQueuesAsync();
        await client.EnqueueAsync("q", new NewMessage());
        (await handler.RunAsync()).Return();
        await worker.StopAsync(CancellationToken.None);
        (Lines("There is no queue q yet"), Lines("gave no messages"), Lines("is served")).ShouldBe((1, 0, 0));
    }

    [Fact]
    public async Task A_worker_that_holds_nothing_stops_at_once_where_no_server_is()
    {
        using var client = new TimestoneClient(new Uri(FreePort.Url()));
        using var worker = new TimestoneWorker(client, "q", new ScriptedHandler(), null, _log);
        await worker.StartAsync(CancellationToken.None);
        await Eventually.BeAsync(() => Task.FromResult(Lines("gets no messages") > 0));
        await worker.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5));
    }

    private int Lines(string with) => _log.Lines.Count(line => line.Text.Contains(with, StringComparison.Ordinal));
}
