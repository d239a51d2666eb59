using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shouldly;
using Timestone.Indexing.Elasticsearch;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Elasticsearch;

/// <summary>Who we are, whom we trust, and what is refused before anything is sent.</summary>
[Slow]
public sealed class ConnectionTests
{
    private static readonly Uri Somewhere = new("http://localhost:9200");

    [Fact]
    public async Task An_api_key_or_a_user_is_sent_with_every_request()
    {
        await using var standIn = await ElasticsearchStandIn.StartAsync();
        standIn.Authorization = "ApiKey a2V5";
        await SetUpAsync(new ElasticsearchOptions { Addresses = [standIn.Address], ApiKey = "a2V5" });
        standIn.Authorization = "Basic ZWxhc3RpYzpww6Rzcw==";
        await SetUpAsync(
            new ElasticsearchOptions
            {
                Addresses = [standIn.Address],
                User = "elastic",
                Password = "päss",
            }
        );
        (
            await Should.ThrowAsync<IOException>(() =>
                SetUpAsync(
                    new ElasticsearchOptions
                    {
                        Addresses = [standIn.Address],
                        User = "elastic",
                        Password = "wrong",
                    }
                )
            )
        ).Message.ShouldContain("401: security_exception");
    }

    [Fact]
    public async Task A_certificate_is_trusted_by_its_authority_or_by_its_fingerprint_and_not_without()
    {
        using var folder = new TemporaryDirectory();
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority("another");
        using var certificate = authority.Issue("localhost");
        await using var standIn = await ElasticsearchStandIn.StartAsync(certificate);
        var file = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(
            file,
            stranger.Certificate.ExportCertificatePem() + "\n" + authority.Certificate.ExportCertificatePem()
        );

        await SetUpAsync(new ElasticsearchOptions { Addresses = [standIn.Address], CertificateAuthorityFile = file });
        await SetUpAsync(
            new ElasticsearchOptions
            {
                Addresses = [standIn.Address],
                CertificateFingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
            }
        );
        await SetUpAsync(new ElasticsearchOptions { Addresses = [standIn.Address], TrustAnyCertificate = true });

        await File.WriteAllTextAsync(file, stranger.Certificate.ExportCertificatePem());
        await ShouldNotBeTrusted(new ElasticsearchOptions { Addresses = [standIn.Address], CertificateAuthorityFile = file });
        await ShouldNotBeTrusted(
            new ElasticsearchOptions
            {
                Addresses = [standIn.Address],
                CertificateFingerprint = stranger.Certificate.GetCertHashString(HashAlgorithmName.SHA256),
            }
        );
        await ShouldNotBeTrusted(new ElasticsearchOptions { Addresses = [standIn.Address] });
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_trusted()
    {
        using var folder = new TemporaryDirectory();
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("elsewhere");
        await using var standIn = await ElasticsearchStandIn.StartAsync(certificate);
        var file = Path.Combine(folder.Path, "ca.pem");
        await File.WriteAllTextAsync(file, authority.Certificate.ExportCertificatePem());
        await ShouldNotBeTrusted(new ElasticsearchOptions { Addresses = [standIn.Address], CertificateAuthorityFile = file });
        await ShouldNotBeTrusted(
            new ElasticsearchOptions
            {
                Addresses = [standIn.Address],
                CertificateFingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256),
            }
        );
    }

    [Fact]
    public void A_pinned_authority_that_is_sent_along_is_trusted_for_what_it_signed_and_not_for_what_only_names_it()
    {
        using var authority = new TestAuthority("ours");
        using var forger = new TestAuthority("ours");
        using var issued = authority.Issue("localhost");
        using var forged = forger.Issue("localhost");
        var options = new ElasticsearchOptions
        {
            Addresses = [Somewhere],
            CertificateFingerprint = authority.Certificate.GetCertHashString(HashAlgorithmName.SHA256),
        };
        IsTrusted(issued, SslPolicyErrors.RemoteCertificateChainErrors).ShouldBeTrue();
        IsTrusted(issued, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch).ShouldBeFalse();
        IsTrusted(forged, SslPolicyErrors.RemoteCertificateChainErrors).ShouldBeFalse();

        bool IsTrusted(X509Certificate2 certificate, SslPolicyErrors problems)
        {
            using var sent = new X509Chain();
            sent.ChainPolicy.ExtraStore.Add(authority.Certificate);
            sent.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            sent.Build(certificate).ShouldBeFalse();
            return CertificateTrust.Of(options)!(this, certificate, sent, problems);
        }
    }

    [Fact]
    public async Task When_a_node_is_away_the_next_is_asked()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync(static address => new ElasticsearchOptions
        {
            Addresses = [new Uri("http://127.0.0.1:1"), address],
            RetryDelay = TimeSpan.FromMilliseconds(1),
        });
        (await bench.Writer.WriteAsync([StreamEvent.Of(EventJournal.Message("q", "a"))])).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("7.17.0")]
    [InlineData("8.19.0")]
    [InlineData("")]
    public async Task What_is_older_than_version_9_is_refused(string version)
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.Cluster.Version = version;
        (await Should.ThrowAsync<IOException>(() => bench.Connection.SetUpAsync())).Message.ShouldContain(
            "Elasticsearch 9 or later is needed"
        );
        bench.Cluster.Version = "9.0.0";
        await bench.Connection.SetUpAsync();
    }

    [Fact]
    public async Task What_does_not_say_that_it_is_Elasticsearch_is_refused_and_asked_again()
    {
        await using var bench = await ElasticsearchBench.OfStandInAsync();
        bench.StandIn.Product = "Something";
        (await Should.ThrowAsync<IOException>(() => bench.Connection.SetUpAsync())).Message.ShouldContain(
            "does not say that it is Elasticsearch"
        );
        bench.StandIn.Product = "Elasticsearch";
        await bench.Connection.SetUpAsync();
    }

    [Fact]
    public void An_address_with_a_password_is_refused_without_repeating_it()
    {
        var refused = Refusal(new ElasticsearchOptions { Addresses = [new Uri("https://elastic:secret@search.example:9200")] });
        refused.ShouldContain("must not hold a user or password");
        refused.ShouldContain("search.example");
        refused.ShouldNotContain("secret");
    }

    [Fact]
    public void Options_that_cannot_be_are_refused_by_name()
    {
        Refusal(new() { Addresses = [] }).ShouldStartWith("Addresses:");
        Refusal(new() { Addresses = [new Uri("ftp://localhost")] }).ShouldStartWith("Addresses:");
        Refusal(new() { Addresses = [new Uri("http://localhost/?a=b")] }).ShouldStartWith("Addresses:");
        Refusal(new() { Addresses = [Somewhere, new Uri("https://localhost:9201")] }).ShouldStartWith("Addresses:");
        foreach (var prefix in new[] { "", "Upper", "_a", "1a", "a.b", "a*", new string('a', 65) })
            Refusal(new() { Addresses = [Somewhere], Prefix = prefix }).ShouldStartWith("Prefix:");
        Refusal(new() { Addresses = [Somewhere], ApiKey = "a", User = "b", Password = "c" }).ShouldStartWith("ApiKey:");
        Refusal(new() { Addresses = [Somewhere], ApiKey = "a b" }).ShouldStartWith("ApiKey:");
        Refusal(new() { Addresses = [Somewhere], User = "b" }).ShouldStartWith("Password:");
        Refusal(new() { Addresses = [Somewhere], User = "a:b", Password = "c" }).ShouldStartWith("User:");
        Refusal(new() { Addresses = [Somewhere], CertificateFingerprint = "abc" }).ShouldStartWith("CertificateFingerprint:");
        Refusal(
                new()
                {
                    Addresses = [Somewhere],
                    CertificateAuthorityFile = "a",
                    TrustAnyCertificate = true,
                }
            )
            .ShouldStartWith("CertificateFingerprint:");
        Refusal(new() { Addresses = [Somewhere], CertificateAuthorityFile = "/nowhere/ca.pem" })
            .ShouldStartWith("CertificateAuthorityFile:");
        Refusal(new() { Addresses = [Somewhere], Timeout = TimeSpan.Zero }).ShouldStartWith("Timeout:");
        Refusal(new() { Addresses = [Somewhere], Retries = -1 }).ShouldStartWith("Retries:");
        Refusal(new() { Addresses = [Somewhere], RetryDelay = TimeSpan.Zero }).ShouldStartWith("RetryDelay:");
        Refusal(new() { Addresses = [Somewhere], MaxRetryDelay = TimeSpan.Zero }).ShouldStartWith("MaxRetryDelay:");
        Refusal(new() { Addresses = [Somewhere], MaxBulkBytes = 0 }).ShouldStartWith("MaxBulkBytes:");
        Refusal(new() { Addresses = [Somewhere], AliasLookup = TimeSpan.Zero }).ShouldStartWith("AliasLookup:");
        Refusal(new() { Addresses = [Somewhere], HistoricPeriod = (HistoricPeriod)7 }).ShouldStartWith("HistoricPeriod:");
        Refusal(new() { Addresses = [Somewhere], HistoricRetention = TimeSpan.Zero }).ShouldStartWith("HistoricRetention:");
        Refusal(new() { Addresses = [Somewhere], Shards = 0 }).ShouldStartWith("Shards:");
        Refusal(new() { Addresses = [Somewhere], Replicas = -1 }).ShouldStartWith("Replicas:");
    }

    private static string Refusal(ElasticsearchOptions options) =>
        Should.Throw<ArgumentException>(() => new ElasticsearchConnection(options).Dispose()).Message;

    private static async Task SetUpAsync(ElasticsearchOptions options)
    {
        using var connection = new ElasticsearchConnection(options);
        await connection.SetUpAsync();
    }

    private static Task<IOException> ShouldNotBeTrusted(ElasticsearchOptions options) =>
        Should.ThrowAsync<IOException>(() => SetUpAsync(options));
}
