using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Grpc;

/// <summary>Clients that know nothing of .NET, on the protobuf that is published or on what the server tells of itself.</summary>
public sealed class OtherLanguagesTests(GrpcServer server) : IClassFixture<GrpcServer>
{
    private string Address => server.Server.GrpcAddress!.Authority;

    [Fact, Slow]
    public Task Node_calls_every_method() => NodeWalk.CallEveryMethodAsync(Address);

    [Fact, Slow]
    public async Task Grpcurl_finds_the_service_by_reflection_and_calls_it()
    {
        var tool = Needs.Tool("grpcurl");
        (await Processes.RunAsync(tool, ["-plaintext", Address, "list"])).Out.ShouldContain("timestone.v1.Timestone");
        var queue = GrpcServer.NewQueue();
        var enqueued = await CallAsync(
            "Enqueue",
            $$"""{"queue": "{{queue}}", "messages": [{"id": "a", "payload": {"json": "[1]"}, "priority": "9223372036854775807"}]}"""
        );
        ((string?)JsonNode.Parse(enqueued.Out)!["results"]![0]!["state"]).ShouldBe("MESSAGE_STATE_PENDING");
        var refused = await CallAsync("GetQueue", """{"queue": "none"}""");
        refused.Error.ShouldContain("NotFound");
        refused.Error.ShouldContain("queue_not_found");

        Task<CliOutcome> CallAsync(string method, string request) =>
            Processes.RunAsync(tool, ["-plaintext", "-d", request, Address, $"timestone.v1.Timestone/{method}"]);
    }
}
