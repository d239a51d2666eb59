using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Api;

/// <summary>What Kestrel refuses before any middleware runs is told by a problem document, too.</summary>
public sealed class RejectedRequestTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const string Host = "Host: localhost\r\n";
    private const string Post = $"POST /v1/queues/q/messages HTTP/1.1\r\n{Host}Content-Type: application/json\r\n";

    public static TheoryData<int, string> Bad => new()
    {
        { 400, "GET\r\n\r\n" },
        { 400, "\u0016\u0003\u0001\u0002\r\n\r\n" },
        { 400, $"GET /%00 HTTP/1.1\r\n{Host}\r\n" },
        { 400, "GET / HTTP/1.1\r\n\r\n" },
        { 400, $"GET / HTTP/1.1\r\n{Host}Host: evil.example\r\n\r\n" },
        { 400, $"GET / HTTP/1.1\r\n{Host}no colon\r\n\r\n" },
        { 400, $"POST /v1/queues/q/messages HTTP/1.1\r\n{Host}Content-Length: much\r\n\r\n" },
        { 414, $"GET /v1/queues?cursor={new string('a', 9000)} HTTP/1.1\r\n{Host}\r\n" },
        { 431, $"GET /healthz HTTP/1.1\r\n{Host}X: {new string('a', 40_000)}\r\n\r\n" },
        { 431, $"GET /healthz HTTP/1.1\r\n{Host}{string.Concat(Enumerable.Range(0, 200).Select(static i => $"X-{i}: a\r\n"))}\r\n" },
        { 505, $"GET /healthz HTTP/9.9\r\n{Host}\r\n" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task It_is_a_problem(int status, string request) => ShouldBeProblem(await RawAsync(request), status);

    [Fact]
    public async Task What_was_asked_before_on_the_connection_is_answered()
    {
        var answers = await RawAsync($"GET /healthz HTTP/1.1\r\n{Host}\r\nGET\r\n\r\n");
        answers.ShouldStartWith("HTTP/1.1 200 ");
        ShouldBeProblem(answers[answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal)..], 400);
    }

    [Theory]
    [InlineData("G")]
    [InlineData($"GET /healthz HTTP/1.1\r\n{Host}")]
    [InlineData($"{Post}Content-Length: 10\r\n\r\n{{")]
    [InlineData($"{Post}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n")]
    public async Task So_is_what_does_not_arrive_in_time(string begun)
    {
        await using var host = await ApiHost.StartAsync(Unasked, static limits =>
        {
            limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(100);
            limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromMilliseconds(1100));
        });
        ShouldBeProblem(await RawAsync(begun, host.Http.BaseAddress!), 408);
    }

    [Theory]
    [InlineData($"{Post}Content-Length: 101\r\n\r\n")]
    [InlineData($"{Post}Transfer-Encoding: chunked\r\n\r\n65\r\n")]
    public async Task So_is_a_body_larger_than_the_server_takes(string begun)
    {
        await using var host = await ApiHost.StartAsync(Unasked, static limits => limits.MaxRequestBodySize = 100);
        ShouldBeProblem(await RawAsync(begun + new string(' ', 101), host.Http.BaseAddress!), 413, "payload_too_large");
    }

    [Fact]
    public async Task What_is_answered_already_is_not_refused_for_a_body_that_nobody_reads()
    {
        await using var host = await ApiHost.StartAsync(Unasked, static limits => limits.MaxRequestBodySize = 100);
        var answer = await RawAsync($"POST /nowhere HTTP/1.1\r\n{Host}Content-Length: 101\r\n\r\n", host.Http.BaseAddress!);
        answer.ShouldStartWith("HTTP/1.1 404 ");
        answer.Split("HTTP/1.1 ").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_HEAD_has_the_head_alone()
    {
        var answer = await RawAsync($"HEAD /healthz HTTP/1.1\r\n{Host}X: {new string('a', 40_000)}\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 431 ");
        answer.ShouldContain("Content-Type: application/problem+json");
        answer.ShouldEndWith("\r\n\r\n");
    }

    private static ITimestone Unasked => ScriptedTimestone.Create(static (name, _) => throw new NotSupportedException(name));

    private static void ShouldBeProblem(string answer, int status, string code = "invalid_argument")
    {
        answer.ShouldStartWith($"HTTP/1.1 {status} ");
        var (head, body) = answer.Split("\r\n\r\n", 2) is [var first, var rest] ? (first, rest) : (answer, "");
        head.ShouldContain("Content-Type: application/problem+json");
        head.ShouldContain("Connection: close");
        head.ShouldContain($"Content-Length: {body.Length}");
        var problem = JsonNode.Parse(body)!;
        ((int)problem["status"]!).ShouldBe(status);
        ((string?)problem["code"]).ShouldBe(code);
        ((string?)problem["detail"])!.Length.ShouldBeInRange(10, 101);
    }

    private Task<string> RawAsync(string request) => RawAsync(request, server.BaseAddress);

    private static async Task<string> RawAsync(string request, Uri address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
