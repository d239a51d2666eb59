using System.Security.Cryptography.X509Certificates;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Shouldly;
using Timestone.Client;
using Timestone.Indexing.Elasticsearch;
using Timestone.Kafka.Clients;
using Timestone.Tests.Elasticsearch;
using Timestone.Tests.Kafka;
using Timestone.Tests.Server;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>
/// A Kafka and an Elasticsearch that speak TLS with certificates of an authority which the machine does not trust, and that take one user
/// each; told to a server as its users do, in its environment. The Kafka also takes who has another kind of password, or a certificate.
/// </summary>
[Slow]
public sealed class ClosedServicesTests(ClosedServicesTests.Services services) : IClassFixture<ClosedServicesTests.Services>
{
    private const string User = "timestone", Password = "se:cret", ApiKey = "a2V5OnNlY3JldA==", Basic = "Basic dGltZXN0b25lOnNlOmNyZXQ=";

    [Fact]
    public async Task Events_go_all_the_way_over_encrypted_connections()
    {
        await using var search = await services.OpenSearchAsync(Basic);
        using var data = new TemporaryDirectory();
        using var server = Services.Start(data.Path, Kafka(), Elasticsearch(search));
        await server.ReadyAsync();
        using var client = new TimestoneClient(new Uri(server.BaseAddress));
        await client.EnqueueAsync("q", new NewMessage { Id = "a" });
        var after = new IndexedWrite("q", "a", 1);
        (await Eventually.SucceedAsync(() => client.SearchMessagesAsync(new MessageSearch { Queue = "q", After = after })))
            .Messages.ShouldHaveSingleItem()
            .Id.ShouldBe("a");
    }

    [Fact]
    public async Task An_authority_of_Kafka_that_is_not_trusted_is_told_in_a_line()
    {
        using var data = new TemporaryDirectory();
        using var server = Services.Start(data.Path, Kafka(authority: services.Stranger));
        (await server.SaysAsync("Kafka and its client do not trust each other: ")).ShouldContain("certificate verify failed");
    }

    [Fact]
    public async Task A_password_that_Kafka_does_not_know_is_told_in_a_line()
    {
        using var data = new TemporaryDirectory();
        using var server = Services.Start(data.Path, Kafka(password: "guess"));
        (await server.SaysAsync("Kafka and its client do not trust each other: ")).ShouldContain(
            "Authentication failed: Invalid username or password"
        );
    }

    [Fact]
    public async Task A_password_that_Kafka_keeps_salted_opens_what_is_closed_with_another()
    {
        const string Salted = "pepper";
        await services.KeepSaltedAsync(User, Salted);
        Dictionary<string, string> Properties(string password) =>
            new(services.Properties("SASL_SSL"))
            {
                ["sasl.mechanism"] = "SCRAM-SHA-512",
                ["sasl.username"] = User,
                ["sasl.password"] = password,
            };
        await ShouldCarryAsync(services.Kafka.Port, Properties(Salted));
        await ShouldBeRefusedAsync(services.Kafka.Port, Properties(Password));
    }

    [Fact]
    public async Task A_certificate_opens_a_Kafka_that_takes_no_client_without_one()
    {
        var (certificate, key) = services.Client;
        var properties = services.Properties("SSL");
        await ShouldCarryAsync(
            services.Kafka.MutualPort,
            new(properties) { ["ssl.certificate.location"] = certificate, ["ssl.key.location"] = key }
        );
        await ShouldBeRefusedAsync(services.Kafka.MutualPort, properties);
    }

    [Fact]
    public async Task An_api_key_of_Elasticsearch_opens_what_is_closed_without_it()
    {
        await using var search = await services.OpenSearchAsync($"ApiKey {ApiKey}");
        using var connection = new ElasticsearchConnection(
            new ElasticsearchOptions
            {
                Addresses = [AddressOf(search)],
                ApiKey = ApiKey,
                CertificateAuthorityFile = services.Authority,
                Prefix = "closed-by-key",
            }
        );
        await connection.SetUpAsync();
        using var without = new ElasticsearchConnection(
            new ElasticsearchOptions { Addresses = [AddressOf(search)], CertificateAuthorityFile = services.Authority }
        );
        (await Should.ThrowAsync<IOException>(() => without.SetUpAsync())).Message.ShouldBe(
            "Elasticsearch refused Info with 401: security_exception: unable to authenticate user"
        );
    }

    [Fact]
    public async Task An_authority_of_Elasticsearch_that_is_not_trusted_is_told_in_a_line()
    {
        await using var search = await services.OpenSearchAsync(authorization: null);
        using var connection = new ElasticsearchConnection(
            new ElasticsearchOptions { Addresses = [AddressOf(search)], CertificateAuthorityFile = services.Stranger }
        );
        (await Should.ThrowAsync<IOException>(() => connection.SetUpAsync())).Message.ShouldStartWith(
            $"Elasticsearch at {AddressOf(search).Authority} did not answer Info: The remote certificate was rejected"
        );
    }

    [Fact]
    public async Task A_password_that_Elasticsearch_does_not_know_is_told_in_a_line()
    {
        await using var search = await services.OpenSearchAsync(Basic);
        using var connection = new ElasticsearchConnection(
            new ElasticsearchOptions
            {
                Addresses = [AddressOf(search)],
                User = User,
                Password = "guess",
                CertificateAuthorityFile = services.Authority,
            }
        );
        (await Should.ThrowAsync<IOException>(() => connection.SetUpAsync())).Message.ShouldBe(
            "Elasticsearch refused Info with 401: security_exception: unable to authenticate user"
        );
    }

    private static KafkaOptions OptionsOf(int port, Dictionary<string, string> properties) =>
        TestKafka.NewOn($"localhost:{port}") with
        {
            ReplicationFactor = 1,
            Properties = properties,
        };

    private static async Task ShouldCarryAsync(int port, Dictionary<string, string> properties)
    {
        var (options, story, index) = (OptionsOf(port, properties), new Story(seed: 61, messages: 10, transitions: 100), new StrictIndex());
        await using var publisher = TestKafka.Publisher(options);
        await using var indexer = TestKafka.Indexer(options, index);
        await indexer.StartAsync();
        await publisher.InsistAsync(story.Batches(100).Single());
        await index.IncludesAsync(story);
    }

    private static async Task ShouldBeRefusedAsync(int port, Dictionary<string, string> properties)
    {
        await using var publisher = TestKafka.Publisher(OptionsOf(port, properties));
        var batch = new Story(seed: 62, messages: 1, transitions: 1).Batches(1).Single();
        (await Should.ThrowAsync<IOException>(async () => await publisher.DeliverAsync(batch))).Message.ShouldStartWith(
            "Kafka cannot be reached."
        );
    }

    private static Uri AddressOf(SearchFront search) => new($"https://localhost:{search.Address.Port}");

    // A shell takes no variable with a dot in its name.
    private Dictionary<string, string> Kafka(string? authority = null, string password = Password) => new()
    {
        ["Timestone__Kafka"] = $"localhost:{services.Kafka.Port}",
        ["Timestone__Kafka__Properties__security_protocol"] = "SASL_SSL",
        ["Timestone__Kafka__Properties__sasl_mechanism"] = "PLAIN",
        ["Timestone__Kafka__Properties__sasl_username"] = User,
        ["Timestone__Kafka__Properties__sasl_password"] = password,
        ["Timestone__Kafka__Properties__ssl_ca_location"] = authority ?? services.Authority,
    };

    private Dictionary<string, string> Elasticsearch(SearchFront search) => new()
    {
        ["Timestone__Elasticsearch"] = AddressOf(search).ToString(),
        ["Timestone__Elasticsearch__Prefix"] = "closed",
        ["Timestone__Elasticsearch__User"] = User,
        ["Timestone__Elasticsearch__Password"] = Password,
        ["Timestone__Elasticsearch__CertificateAuthorityFile"] = services.Authority,
    };

    /// <summary>The Kafka, which tests share, and an Elasticsearch behind doors of their own.</summary>
    public sealed class Services : IAsyncLifetime
    {
        private readonly TemporaryDirectory _folder = new();
        private readonly TestAuthority _authority = new();
        private X509Certificate2? _certificate;
        private KafkaServer? _kafka;

        public KafkaServer Kafka => _kafka!;

        /// <summary>The file of the authority that signed both certificates.</summary>
        public string Authority { get; private set; } = "";

        /// <summary>The file of another authority of the same name.</summary>
        public string Stranger { get; private set; } = "";

        /// <summary>The files of a client's certificate and its key.</summary>
        public (string Certificate, string Key) Client { get; private set; }

        public async ValueTask InitializeAsync()
        {
            using var stranger = new TestAuthority();
            (Authority, Stranger, _certificate, Client) = (
                _authority.Write(_folder.Path),
                stranger.Write(_folder.Path),
                _authority.Issue(),
                _authority.WriteClient(_folder.Path)
            );
            _kafka = await KafkaServer.StartClosedAsync(_authority, _folder.Path, User, Password);
        }

        public ValueTask DisposeAsync()
        {
            _kafka?.Dispose();
            _certificate?.Dispose();
            _authority.Dispose();
            _folder.Dispose();
            return default;
        }

        /// <summary>What clients of the Kafka need in any case.</summary>
        public Dictionary<string, string> Properties(string protocol) =>
            new() { ["security.protocol"] = protocol, ["ssl.ca.location"] = Authority };

        /// <summary>Has the Kafka keep a user's password as <c>SCRAM-SHA-512</c> does.</summary>
        public async Task KeepSaltedAsync(string user, string password)
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig(new Dictionary<string, string>(Properties("SASL_SSL"))
            {
                ["bootstrap.servers"] = $"localhost:{Kafka.Port}",
                ["sasl.mechanism"] = "PLAIN",
                ["sasl.username"] = User,
                ["sasl.password"] = Password,
            })).Build();
            await admin.AlterUserScramCredentialsAsync([new UserScramCredentialUpsertion
            {
                User = user,
                Password = Encoding.UTF8.GetBytes(password),
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha512, Iterations = 4096 },
            }]);
        }

        internal async Task<SearchFront> OpenSearchAsync(string? authorization)
        {
            var front = await (await ElasticsearchServer.SharedAsync()).OpenAsync(_certificate!);
            front.Authorization = authorization;
            return front;
        }

        internal static ServerProcess Start(string data, params IEnumerable<Dictionary<string, string>> configuration) =>
            ServerProcess.StartWith(
                configuration.SelectMany(static pairs => pairs).ToDictionary(),
                "--urls",
                "http://127.0.0.1:0",
                "--data",
                data,
                "--durability",
                "os"
            );
    }
}
