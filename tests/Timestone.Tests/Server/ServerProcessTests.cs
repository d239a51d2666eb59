using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

[Slow]
public sealed class ServerProcessTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timestone-server-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task SIGTERM_ends_waits_and_the_process_and_keeps_what_was_acknowledged()
    {
        using (var server = ServerProcess.Start("--urls", "http://127.0.0.1:0", "--data", _data))
        {
            await server.ReadyAsync();
            using var http = new HttpClient { BaseAddress = new Uri(server.BaseAddress) };
            (await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" })).StatusCode.ShouldBe(HttpStatusCode.Created);
            var waiting = await WaitAfterCompletingOneAsync(http, "/v1/queues/drained");

            using var second = ServerProcess.Start("--urls", "http://127.0.0.1:0", "--data", _data);
            var (code, errors) = await second.ExitAsync();
            code.ShouldBe(1);
            errors.ShouldContain("used by another process");
            errors.Trim().ShouldNotContain('\n');

            server.Terminate();
            (await server.ExitAsync()).ShouldBe((0, ""));
            (await (await waiting).Content.ReadAsStringAsync()).ShouldBe(
                """{"messages":[],"settled":[{"id":"b","state":"completed","version":3,"duplicate":true}]}"""
            );
        }

        using var again = ServerProcess.Start("--urls", "http://127.0.0.1:0", "--data", _data, "--durability", "os");
        await again.ReadyAsync();
        using var client = new HttpClient { BaseAddress = new Uri(again.BaseAddress) };
        ((string?)(await client.GetFromJsonAsync<JsonObject>("/v1/queues/q/messages/a"))!["state"]).ShouldBe("pending");
        again.Terminate();
        (await again.ExitAsync()).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_port_of_gRPC_that_is_in_use_ends_the_start_with_the_option_that_says_another()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://{other.LocalEndpoint}";
        using var server = ServerProcess.Start("--urls", "http://127.0.0.1:0", "--grpc-urls", address, "--data", _data);
        var (code, errors) = await server.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldContain(address);
        errors.Trim().ShouldEndWith("Say others with --urls and --grpc-urls.");
        errors.Trim().ShouldNotContain('\n');
    }

    /// <summary>Leaves a queue without messages and a dequeue waiting there; its settlement shows that it has come that far.</summary>
    private static async Task<Task<HttpResponseMessage>> WaitAfterCompletingOneAsync(HttpClient http, string queue)
    {
        await http.PostAsJsonAsync($"{queue}/messages", new { id = "b" });
        var leased = await (await http.PostAsJsonAsync($"{queue}/dequeue", new { })).Content.ReadFromJsonAsync<JsonObject>();
        var leaseToken = (string)leased!["messages"]![0]!["leaseToken"]!;
        var waiting = http.PostAsJsonAsync(
            $"{queue}/dequeue",
            new
            {
                waitSeconds = 30,
                settle = new[]
                {
                    new
                    {
                        id = "b",
                        leaseToken,
                        action = "complete",
                    },
                },
            }
        );
        while ((string?)(await http.GetFromJsonAsync<JsonObject>($"{queue}/messages/b"))!["state"] != "completed")
            waiting.IsCompleted.ShouldBeFalse();
        return waiting;
    }
}
