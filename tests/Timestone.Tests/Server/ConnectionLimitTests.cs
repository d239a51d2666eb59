using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Shouldly;
using Timestone.Hosting;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

[Slow]
public sealed class ConnectionLimitTests : IDisposable
{
    private const int Descriptors = 600;

    private readonly TemporaryDirectory _data = new();
    private readonly List<Socket> _idle = [];

    public void Dispose()
    {
        CloseIdle();
        _data.Dispose();
    }

    [Theory]
    [InlineData(64, 16)]
    [InlineData(256, 64)]
    [InlineData(600, 200)]
    [InlineData(1024, 624)]
    [InlineData(1_048_576, 786_432)]
    [InlineData(ulong.MaxValue, null)]
    public void Connections_leave_room_for_everything_else(ulong descriptors, int? connections) =>
        DescriptorLimit.ConnectionsWithin(descriptors).ShouldBe(connections);

    [Fact]
    public async Task More_idle_connections_than_descriptors_are_refused_and_the_server_goes_on()
    {
        using var server = ServerProcess.StartWithin(
            Descriptors,
            "--urls",
            "http://127.0.0.1:0",
            "--data",
            _data.Path,
            "--durability",
            "os"
        );
        await server.ReadyAsync();
        using var http = new HttpClient { BaseAddress = new Uri(server.BaseAddress) };
        (await http.PutAsync("/v1/queues/q", null)).StatusCode.ShouldBe(HttpStatusCode.Created);

        var port = new Uri(server.BaseAddress).Port;
        var limit = (int)DescriptorLimit.ConnectionsWithin(Descriptors)!;
        for (var i = 0; i < Descriptors + 200; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _idle.Add(socket);
            await socket.ConnectAsync("127.0.0.1", port);

            // A burst of those that are refused leaves room, too.
            if (i % 20 == 0)
                server.CountDescriptors().ShouldBeLessThan(Descriptors - 100);
        }

        // One that was refused is closed; there is nothing to be read from the others.
        await Eventually.BeAsync(() =>
        {
            server.CountDescriptors().ShouldBeLessThan(Descriptors - 100);
            return Task.FromResult(_idle.Count(IsClosed) >= _idle.Count - limit);
        });
        for (var i = 0; i < 300; i++)
            (await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = $"a{i}" })).StatusCode.ShouldBe(HttpStatusCode.Created);

        CloseIdle();
        await Eventually.BeAsync(async () => await AnswersAsync(server.BaseAddress));
        server.Terminate();
        (await server.ExitAsync()).Code.ShouldBe(0);
    }

    [Fact]
    public async Task The_limit_can_be_set()
    {
        using var server = ServerProcess.Start(
            "--urls",
            "http://127.0.0.1:0",
            "--data",
            _data.Path,
            "--durability",
            "os",
            "--max-connections",
            "1"
        );
        await server.ReadyAsync();
        using var http = new HttpClient { BaseAddress = new Uri(server.BaseAddress) };
        (await http.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await AnswersAsync(server.BaseAddress)).ShouldBeFalse();
        (await http.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead);

    private static async Task<bool> AnswersAsync(string address)
    {
        using var another = new HttpClient();
        try
        {
            return (await another.GetAsync($"{address}/healthz")).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void CloseIdle()
    {
        foreach (var socket in _idle)
            socket.Dispose();
        _idle.Clear();
    }
}
