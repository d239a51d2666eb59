using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Xunit;

namespace Timestone.Tests.Api;

/// <summary>Who may come in, by the headers that browsers send; <c>Browser/</c> has a browser send them.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Own = "own";

    private static readonly TimestoneServerOptions Options = new()
    {
        Urls = "http://127.0.0.1:0",
        GrpcUrls = "off",
        OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal()),
    };

    private readonly HttpClient _http = new();
    private TimestoneServer? _server;

    public async ValueTask InitializeAsync() => await UseAsync(Options);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _http.Dispose();
    }

    public static TheoryData<string, string> Everything => new()
    {
        { "GET", "/healthz" },
        { "GET", "/readyz" },
        { "GET", "/openapi/v1.json" },
        { "GET", "/v1/queues" },
        { "PUT", "/v1/queues/q" },
        { "POST", "/v1/queues/q/purge" },
        { "POST", "/v1/queues/q/messages" },
        { "POST", "/v1/queues/q/dequeue" },
        { "POST", "/v1/queues/q/messages/a/cancel" },
        { "DELETE", "/v1/queues/q" },
        { "OPTIONS", "/v1/queues/q" },
        { "GET", "/no/such/path" },
    };

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_foreign_origin_is_refused_everywhere(string method, string path)
    {
        foreach (
            var origin in new[]
            {
                "http://evil.example",
                "https://127.0.0.1",
                "http://localhost:1",
                "null",
                "http://evil.example\thttp://127.0.0.1",
            }
        )
            (await SendAsync(method, path, ("Origin", origin))).ShouldRefuse(403, "forbidden_origin");
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_page_of_another_site_is_refused_everywhere(string method, string path)
    {
        foreach (var site in new[] { "cross-site", "same-site", "else" })
            (await SendAsync(method, path, ("Sec-Fetch-Site", site))).ShouldRefuse(403, "forbidden_origin");
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_foreign_host_is_refused_everywhere(string method, string path)
    {
        foreach (
            var host in new[] { "evil.example", "evil.example:80", "localhost.evil.example", "10.0.0.1", "127.0.0.1.evil.example", "[::2]" }
        )
            (await SendAsync(method, path, ("Host", host))).ShouldRefuse(400, "host_not_allowed");
    }

    [Theory]
    [InlineData("Host", "localhost")]
    [InlineData("Host", "LOCALHOST:9")]
    [InlineData("Host", "[::1]:80")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", Own)]
    public async Task What_is_its_own_comes_in(string header, string value) =>
        (
            await SendAsync("PUT", "/v1/queues/q", (header, value == Own ? _server!.BaseAddress.GetLeftPart(UriPartial.Authority) : value))
        ).Status.ShouldBe(HttpStatusCode.Created);

    [Theory]
    [InlineData("HTTP/1.0\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("HTTP/1.0\r\nHost: evil.example\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData(
        "HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 403 "
    )]
    public async Task A_request_without_a_host_is_no_browser_s(string rest, string answer)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", _server!.BaseAddress.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /healthz {rest}"));
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync()).ShouldStartWith(answer);
    }

    [Fact]
    public async Task Other_hosts_are_allowed_by_name_and_by_domain_and_all_of_them()
    {
        await UseAsync(Options with { AllowedHosts = ["queues.example.org", "*.example.net", "fd00::1"] });
        foreach (var host in new[] { "queues.example.org", "a.example.net:7070", "[fd00::1]", "localhost" })
            (await SendAsync("GET", "/healthz", ("Host", host))).Status.ShouldBe(HttpStatusCode.OK, host);
        (await SendAsync("GET", "/healthz", ("Host", "example.org"))).ShouldRefuse(400, "host_not_allowed");
        await UseAsync(Options with { AllowedHosts = ["*"] });
        (await SendAsync("GET", "/healthz", ("Host", "example.org"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Beyond_loopback_it_answers_to_its_own_name_and_to_addresses()
    {
        await UseAsync(Options with { Urls = "http://0.0.0.0:0", Insecure = true });
        foreach (var host in new[] { Dns.GetHostName(), "192.0.2.7:7070", "[2001:db8::1]", "localhost" })
            (await SendAsync("GET", "/healthz", ("Host", host))).Status.ShouldBe(HttpStatusCode.OK, host);
        (await SendAsync("GET", "/healthz", ("Host", "evil.example"))).ShouldRefuse(400, "host_not_allowed");
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_use_it_and_read_the_answers()
    {
        await UseAsync(Options with { AllowedOrigins = ["https://queues.example.org"] });
        var preflight = await SendAsync(
            "OPTIONS",
            "/v1/queues/q",
            ("Origin", "https://queues.example.org"),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "content-type")
        );
        preflight.Status.ShouldBe(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://queues.example.org"]);
        var created = await SendAsync("PUT", "/v1/queues/q", ("Origin", "https://queues.example.org"), ("Sec-Fetch-Site", "cross-site"));
        created.Status.ShouldBe(HttpStatusCode.Created);
        created.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://queues.example.org"]);
        (await SendAsync("PUT", "/v1/queues/q", ("Origin", "https://example.org"))).ShouldRefuse(403, "forbidden_origin");
    }

    [Fact]
    public async Task What_a_proxy_forwards_counts_only_where_the_proxy_is_trusted()
    {
        var allowed = Options with { AllowedHosts = ["queues.example.org"] };
        (string, string)[] forwarded =
        [
            ("X-Forwarded-Host", "queues.example.org"),
            ("X-Forwarded-Proto", "https"),
            ("Origin", "https://queues.example.org"),
        ];
        await UseAsync(allowed);
        (await SendAsync("PUT", "/v1/queues/q", forwarded)).ShouldRefuse(403, "forbidden_origin");
        await UseAsync(allowed with { TrustedProxies = ["192.0.2.0/24"] });
        (await SendAsync("PUT", "/v1/queues/q", forwarded)).ShouldRefuse(403, "forbidden_origin");
        await UseAsync(allowed with { TrustedProxies = ["127.0.0.1"] });
        (await SendAsync("PUT", "/v1/queues/q", forwarded)).Status.ShouldBe(HttpStatusCode.Created);
        (await SendAsync("PUT", "/v1/queues/q", ("X-Forwarded-Host", "evil.example"))).ShouldRefuse(400, "host_not_allowed");
    }

    [Theory]
    [InlineData("--allowed-hosts", "a b")]
    [InlineData("--allowed-hosts", "example.org:80")]
    [InlineData("--allowed-hosts", "http://example.org")]
    [InlineData("--allowed-origins", "example.org")]
    [InlineData("--allowed-origins", "http://example.org/")]
    [InlineData("--allowed-origins", "*")]
    [InlineData("--trusted-proxies", "proxy")]
    [InlineData("--trusted-proxies", "10.0.0.0/99")]
    public async Task What_cannot_be_is_refused_at_the_start(string option, string value)
    {
        using var errors = new StringWriter();
        (await new HostProgram { Name = "timestone-server" }.RunAsync([option, value], TextWriter.Null, errors)).ShouldBe(1);
        errors.ToString().ShouldStartWith($"timestone-server: {option}: '{value}'");
    }

    private async Task UseAsync(TimestoneServerOptions options)
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _server = await TimestoneServer.StartAsync(options);
    }

    private async Task<ApiAnswer> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{_server!.BaseAddress.Port}{path}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        using var response = await _http.SendAsync(request);
        return new ApiAnswer(
            response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(),
            response.Headers
        );
    }
}
