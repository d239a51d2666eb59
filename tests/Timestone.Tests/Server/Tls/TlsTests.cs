using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Client;
using Timestone.Hosting;
using Timestone.Hosting.Tls;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server.Tls;

/// <summary>A server at an address of https.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly Authority _authority = new();

    private string Certificate => Path.Combine(_folder.Path, "tls.crt");

    private string Key => Path.Combine(_folder.Path, "tls.key");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Rest_and_grpc_share_a_port()
    {
        _authority.Issue("first", Certificate, Key);
        await using var server = await StartAsync();
        server.BaseAddress.Scheme.ShouldBe("https");
        server.GrpcAddress.ShouldBe(server.BaseAddress);
        using var handler = _authority.Handler();
        foreach (var protocol in Enum.GetValues<TimestoneProtocol>())
        {
            using var client = Client(server, protocol, handler);
            await client.EnqueueAsync("q", new NewMessage { Id = $"over-{protocol}" }, TestContext.Current.CancellationToken);
        }

        var ids = (await server.Timestone.ListMessagesAsync("q", cancellationToken: TestContext.Current.CancellationToken)).Messages;
        ids.Select(static message => message.Id).ShouldBe(["over-Http", "over-Grpc"], ignoreOrder: true);
    }

    [Fact]
    public async Task New_connections_are_shown_a_renewed_certificate_and_open_ones_go_on()
    {
        _authority.Issue("first", Certificate, Key);
        await using var server = await StartAsync();
        var shown = new List<string>();
        using var open = _authority.Handler(shown.Add);
        using var before = Client(server, TimestoneProtocol.Http, open);
        await before.ListQueuesAsync(cancellationToken: TestContext.Current.CancellationToken);
        _authority.Issue("second", Certificate, Key);
        await Eventually.BeAsync(async () =>
        {
            var latest = "";
            using var handler = _authority.Handler(subject => latest = subject);
            using var client = Client(server, TimestoneProtocol.Http, handler);
            await client.ListQueuesAsync(cancellationToken: TestContext.Current.CancellationToken);
            return latest == "CN=second";
        });
        await before.ListQueuesAsync(cancellationToken: TestContext.Current.CancellationToken);
        shown.ShouldBe(["CN=first"]);
    }

    [Fact]
    public void A_certificate_that_cannot_be_read_any_more_leaves_the_one_before_and_one_line_in_the_log()
    {
        _authority.Issue("first", Certificate, Key);
        var (time, log) = (new FakeTimeProvider(), new RecordingLogger<ServerCertificate>());
        var certificate = new ServerCertificate(Certificate, Key, time, log);
        File.WriteAllText(Certificate, "half");
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            certificate.Current.TargetCertificate.Subject.ShouldBe("CN=first");
        }

        log.Lines.ShouldHaveSingleItem().Text.ShouldContain($"'{Certificate}'");
        File.Delete(Key);
        time.Advance(TimeSpan.FromSeconds(1));
        certificate.Current.TargetCertificate.Subject.ShouldBe("CN=first");
        _authority.Issue("second", Certificate, Key);
        certificate.Current.TargetCertificate.Subject.ShouldBe("CN=first", "It is not looked at more than once a second.");
        time.Advance(TimeSpan.FromSeconds(1));
        certificate.Current.TargetCertificate.Subject.ShouldBe("CN=second");
    }

    [Fact]
    public async Task What_cannot_be_shown_refuses_the_start_and_is_named()
    {
        (await RefusedAsync(Options with { TlsKey = null })).ShouldContain("--tls-key");
        (await RefusedAsync(Options with { Urls = "http://127.0.0.1:0" })).ShouldContain("--tls-certificate");
        (await RefusedAsync(Options)).ShouldContain(Certificate);
        _authority.Issue("first", Certificate, Key);
        var other = Path.Combine(_folder.Path, "other.key");
        _authority.Issue("other", Path.Combine(_folder.Path, "other.crt"), other);
        (await RefusedAsync(Options with { TlsKey = other })).ShouldContain(other);
        (await RefusedAsync(Options with { Urls = "https://0.0.0.0:0" })).ShouldContain("--insecure");
        (await RefusedAsync(Options with { GrpcUrls = "https://127.0.0.1:0" })).ShouldContain("--grpc-urls");
        _authority.Issue("client", Certificate, Key, forServers: false);
        (await RefusedAsync(Options)).ShouldContain("not for servers");

        static async Task<string> RefusedAsync(TimestoneServerOptions options) =>
            (await Should.ThrowAsync<BadOptionException>(() => TimestoneServer.StartAsync(options))).Message;
    }

    private TimestoneServerOptions Options =>
        new()
        {
            Urls = "https://127.0.0.1:0",
            GrpcUrls = "off",
            TlsCertificate = Certificate,
            TlsKey = Key,
            Data = Path.Combine(_folder.Path, "data"),
        };

    private Task<TimestoneServer> StartAsync() => TimestoneServer.StartAsync(Options, TestContext.Current.CancellationToken);

    private static TimestoneClient Client(TimestoneServer server, TimestoneProtocol protocol, HttpMessageHandler handler) =>
        new(
            new TimestoneClientOptions
            {
                Address = server.BaseAddress,
                Protocol = protocol,
                RetryFor = TimeSpan.Zero,
            },
            handler
        );
}
