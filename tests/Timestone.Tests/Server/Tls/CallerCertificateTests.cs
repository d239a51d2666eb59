using Shouldly;
using Timestone.Client;
using Timestone.Hosting;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server.Tls;

/// <summary>Clients that trust an authority of their own, and a server that asks who calls.</summary>
public sealed class CallerCertificateTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly Authority _authority = new();
    private readonly Authority _other = new();

    public CallerCertificateTests()
    {
        _authority.Publish(In("ca.crt"));
        _authority.Issue("server", In("tls.crt"), In("tls.key"));
        _authority.Issue("worker", In("worker.crt"), In("worker.key"), forServers: false);
        _other.Publish(In("other-ca.crt"));
        _other.Issue("stranger", In("stranger.crt"), In("stranger.key"), forServers: false);
    }

    public static TheoryData<TimestoneProtocol> Protocols => [.. Enum.GetValues<TimestoneProtocol>()];

    public ValueTask DisposeAsync()
    {
        _authority.Dispose();
        _other.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_server_is_trusted_if_the_authority_that_is_named_has_certified_it(TimestoneProtocol protocol)
    {
        await using var server = await StartAsync(clientCa: null);
        await EnqueueAsync(server, protocol, ca: "ca.crt");
        (await RefusedAsync(server, protocol, ca: "other-ca.crt")).Code.ShouldBe(ErrorCode.Unavailable);
        (await RefusedAsync(server, protocol, ca: null)).Code.ShouldBe(ErrorCode.Unavailable);
        (await CountAsync(server)).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_server_that_asks_for_certificates_lets_in_whom_its_authority_has_certified(TimestoneProtocol protocol)
    {
        await using var server = await StartAsync(clientCa: "ca.crt");
        await EnqueueAsync(server, protocol, "ca.crt", "worker");
        await RefusedAsync(server, protocol, "ca.crt");
        await RefusedAsync(server, protocol, "ca.crt", "stranger");
        (await CountAsync(server)).ShouldBe(1);
    }

    [Fact]
    public async Task A_certificate_for_servers_is_none_for_callers()
    {
        await using var server = await StartAsync(clientCa: "ca.crt");
        await RefusedAsync(server, TimestoneProtocol.Http, "ca.crt", "tls");
        (await CountAsync(server)).ShouldBe(0);
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_by_the_next_connection()
    {
        await using var server = await StartAsync(clientCa: "ca.crt");
        _other.Issue("not yet", In("late.crt"), In("late.key"), forServers: false);
        using var client = Client(server, TimestoneProtocol.Http, "ca.crt", "late");
        await Should.ThrowAsync<TimestoneException>(() => EnqueueAsync(client));
        _authority.Issue("now", In("late.crt"), In("late.key"), forServers: false);
        await EnqueueAsync(client);
    }

    [Fact]
    public async Task The_command_line_takes_them_as_options_and_from_the_environment()
    {
        await using var server = await StartAsync(clientCa: "ca.crt");
        await using var cli = new CliBench { IsRemote = true };
        var address = server.BaseAddress.ToString();
        string[] options = ["--ca", In("ca.crt"), "--certificate", In("worker.crt"), "--certificate-key", In("worker.key")];
        (await cli.RunAsync(["enqueue", "q", "1", "--server", address, "--retry-for", "0", .. options])).Code.ShouldBe(0);
        (await cli.RunAsync("enqueue", "q", "2", "--server", address, "--retry-for", "0")).Code.ShouldBe(3);

        cli.Environment["TIMESTONE_CA"] = In("ca.crt");
        cli.Environment["TIMESTONE_CERTIFICATE"] = In("worker.crt");
        cli.Environment["TIMESTONE_CERTIFICATE_KEY"] = In("worker.key");
        (await cli.RunAsync("enqueue", "q", "3", "--server", address, "--retry-for", "0")).Code.ShouldBe(0);
        (await CountAsync(server)).ShouldBe(2);
    }

    [Fact]
    public async Task What_is_no_certificate_is_named()
    {
        await SaysAsync($"--ca: Could not find file '{In("none")}'", "--ca", In("none"));
        await SaysAsync($"--ca: '{In("worker.key")}' holds no certificate as PEM.", "--ca", In("worker.key"));
        await SaysAsync($"--certificate: '{In("worker.crt")}' holds no certificate with its private key", "--certificate", In("worker.crt"));
        await SaysAsync("--certificate-key: A key needs its certificate.", "--certificate-key", In("worker.key"));
        await SaysAsync("--server: Certificates are for addresses of https", "--ca", In("ca.crt"), "--server", "http://127.0.0.1:1");
        foreach (var wrong in new[] { "none", "worker.key" })
            (await Should.ThrowAsync<BadOptionException>(() => StartAsync(wrong))).Message.ShouldContain("--tls-client-ca");
    }

    [Fact]
    public async Task Variables_for_servers_of_https_do_not_concern_others()
    {
        await using var cli = new CliBench();
        cli.Environment["TIMESTONE_CA"] = In("ca.crt");
        (await cli.RunAsync("queue", "list", "--server", "http://127.0.0.1:1")).Code.ShouldBe(0);
        cli.Connected.CertificateAuthority.ShouldBeNull();
        (await cli.RunAsync("queue", "list", "--server", "https://127.0.0.1:1")).Code.ShouldBe(0);
        cli.Connected.CertificateAuthority.ShouldBe(In("ca.crt"));
    }

    private static async Task SaysAsync(string problem, params string[] options)
    {
        await using var cli = new CliBench { IsRemote = true };
        cli.Environment["TIMESTONE_SERVER"] = "https://127.0.0.1:1";
        var outcome = await cli.RunAsync(["depth", "q", .. options]);
        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldStartWith($"timestone: {problem}");
    }

    private string In(string file) => Path.Combine(_folder.Path, file);

    private Task<TimestoneServer> StartAsync(string? clientCa) =>
        TimestoneServer.StartAsync(
            new TimestoneServerOptions
            {
                Urls = "https://127.0.0.1:0",
                GrpcUrls = "off",
                TlsCertificate = In("tls.crt"),
                TlsKey = In("tls.key"),
                TlsClientCa = clientCa is null ? null : In(clientCa),
                Data = In("data"),
            },
            TestContext.Current.CancellationToken
        );

    private TimestoneClient Client(TimestoneServer server, TimestoneProtocol protocol, string? ca, string? certificate = null) =>
        new(
            new TimestoneClientOptions
            {
                Address = server.BaseAddress,
                Protocol = protocol,
                RetryFor = TimeSpan.Zero,
                CertificateAuthority = ca is null ? null : In(ca),
                Certificate = certificate is null ? null : In($"{certificate}.crt"),
                CertificateKey = certificate is null ? null : In($"{certificate}.key"),
            }
        );

    private async Task EnqueueAsync(TimestoneServer server, TimestoneProtocol protocol, string? ca, string? certificate = null)
    {
        using var client = Client(server, protocol, ca, certificate);
        await EnqueueAsync(client);
    }

    private static Task<MessageResult> EnqueueAsync(TimestoneClient client) =>
        client.EnqueueAsync("q", new NewMessage(), TestContext.Current.CancellationToken);

    private Task<TimestoneException> RefusedAsync(
        TimestoneServer server,
        TimestoneProtocol protocol,
        string? ca,
        string? certificate = null
    ) => Should.ThrowAsync<TimestoneException>(() => EnqueueAsync(server, protocol, ca, certificate));

    private static async Task<int> CountAsync(TimestoneServer server)
    {
        var queues = await server.Timestone.ListQueuesAsync(cancellationToken: TestContext.Current.CancellationToken);
        return queues.Queues.Count == 0
            ? 0
            : (int)await server.Timestone.GetDepthAsync("q", cancellationToken: TestContext.Current.CancellationToken);
    }
}
