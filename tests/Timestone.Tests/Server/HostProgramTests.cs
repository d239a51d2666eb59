using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Shouldly;
using Timestone.Hosting;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Server;

public sealed class HostProgramTests
{
    [Theory]
    [InlineData("--urls", "--urls http://0.0.0.0:7070")]
    [InlineData("--urls", "--urls http://*:7070")]
    [InlineData("--urls", "--urls http://+:7070")]
    [InlineData("--urls", "--urls http://[::]:7070")]
    [InlineData("--urls", "--urls=http://192.168.0.1:7070")]
    [InlineData("--urls", "--urls http://example.test:7070")]
    [InlineData("--urls", "--urls http://127.0.0.1:0;http://0.0.0.0:7070")]
    [InlineData("--urls", "--urls https://127.0.0.1:7070")]
    [InlineData("--urls", "--urls 127.0.0.1:7070")]
    [InlineData("--urls", "--urls http://127.0.0.1:70700")]
    [InlineData("--urls", "--urls ;")]
    [InlineData("--urls", "--urls")]
    [InlineData("--urls", "--urls --insecure")]
    [InlineData("--durability", "--durability maybe")]
    [InlineData("--durability", "--durability=")]
    [InlineData("--data", "--data=")]
    [InlineData("--data", "--data a --data b")]
    [InlineData("--insecure", "--insecure=yes")]
    [InlineData("--redis", "--redis=")]
    [InlineData("--redis", "--redis localhost:6379,colour=red")]
    [InlineData("--redis-wait-replicas", "--redis localhost:6379 --redis-wait-replicas some")]
    [InlineData("--redis-wait-replicas", "--redis localhost:6379 --redis-wait-replicas=-1")]
    [InlineData("--redis-wait-replicas", "--redis-wait-replicas 1")]
    [InlineData("--kafka", "--kafka=")]
    [InlineData("--kafka", "--kafka")]
    [InlineData("--kafka", "--kafka localhost:9092 --kafka localhost:9093")]
    [InlineData("--elasticsearch", "--elasticsearch localhost:9200")]
    [InlineData("--elasticsearch", "--elasticsearch nowhere")]
    [InlineData("--elasticsearch", "--elasticsearch=")]
    [InlineData("--elasticsearch", "--elasticsearch http://user:secret@localhost:9200")]
    [InlineData("--index", "--index disk")]
    [InlineData("--index-transitions", "--index-transitions some")]
    [InlineData("--index-transitions", "--index-transitions 0")]
    [InlineData("--role", "--role dancer")]
    [InlineData("--role", "--role indexer")]
    [InlineData("--role", "--role indexer --kafka localhost:9092")]
    [InlineData("--role", "--role indexer --elasticsearch http://localhost:9200")]
    [InlineData("--colour", "--colour red")]
    [InlineData("data", "data")]
    public async Task A_bad_option_is_one_line_that_names_it(string option, string commandLine)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        (await new HostProgram { Name = "timestone-server" }.RunAsync(commandLine.Split(' '), output, errors)).ShouldBe(1);
        errors.ToString().ShouldStartWith($"timestone-server: {option}: ");
        errors.ToString().Trim().ShouldNotContain('\n');
        output.ToString().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://127.0.0.1:7070")]
    [InlineData("http://127.8.9.10:0")]
    [InlineData("http://localhost:7070")]
    [InlineData("http://[::1]:7070")]
    [InlineData("http://127.0.0.1:7070;http://[::1]:7070")]
    public void Loopback_needs_no_permission(string urls) => Should.NotThrow(() => new TimestoneServerOptions { Urls = urls }.Check());

    [Fact]
    public void Other_addresses_need_it() =>
        Should.NotThrow(() => new TimestoneServerOptions { Urls = "http://0.0.0.0:7070", Insecure = true }.Check());

    [Fact]
    public void Options_come_from_configuration_too()
    {
        var options = Read(new()
        {
            ["Timestone:Data"] = "/elsewhere",
            ["Timestone:Durability"] = "os",
            ["Timestone:AutoCreate"] = "false",
            ["Timestone:Defaults:leaseSeconds"] = "7.5",
            ["Timestone:Defaults:backoff:kind"] = "none",
        });
        options.Data.ShouldBe("/elsewhere");
        options.Durability.ShouldBe(Durability.Os);
        options.AutoCreate.ShouldBeFalse();
        options.Defaults.ShouldBe(
            new QueueSettings
            {
                Lease = TimeSpan.FromSeconds(7.5),
                Backoff = new Backoff { Kind = BackoffKind.None },
            }
        );
        options.Urls.ShouldBe("http://127.0.0.1:7070");
    }

    [Fact]
    public void What_stands_below_Kafka_and_Elasticsearch_is_bound_to_their_options()
    {
        var options = Read(new()
        {
            ["Timestone:Kafka"] = "one:9092,two:9092",
            ["Timestone:Kafka:HistoricTopic"] = "history",
            ["Timestone:Kafka:Partitions"] = "12",
            ["Timestone:Kafka:CommitInterval"] = "00:00:05",
            ["Timestone:Kafka:Properties:sasl.username"] = "ada",
            ["Timestone:Kafka:Properties:security.protocol"] = "SASL_SSL",
            ["Timestone:Elasticsearch"] = "https://one:9200, https://two:9200",
            ["Timestone:Elasticsearch:Prefix"] = "mine",
            ["Timestone:Elasticsearch:User"] = "ada",
            ["Timestone:Elasticsearch:Password"] = "secret",
            ["Timestone:Elasticsearch:HistoricPeriod"] = "month",
            ["Timestone:Elasticsearch:HistoricRetention"] = "90.00:00:00",
            ["Timestone:Elasticsearch:Replicas"] = "2",
            ["Timestone:OutboxLimitBytes"] = "1000000",
            ["Timestone:Role"] = "server",
            ["Timestone:Index"] = "none",
        });
        var kafka = options.Kafka.ShouldNotBeNull();
        (kafka.BootstrapServers, kafka.HistoricTopic, kafka.CurrentTopic, kafka.Partitions, kafka.CommitInterval).ShouldBe(
            ("one:9092,two:9092", "history", "timestone.current", 12, TimeSpan.FromSeconds(5))
        );
        kafka.Properties.ShouldBe(
            new Dictionary<string, string> { ["sasl.username"] = "ada", ["security.protocol"] = "SASL_SSL" },
            ignoreOrder: true
        );
        var elasticsearch = options.Elasticsearch.ShouldNotBeNull();
        elasticsearch.Addresses.ShouldBe([new Uri("https://one:9200"), new Uri("https://two:9200")]);
        (elasticsearch.Prefix, elasticsearch.User, elasticsearch.Password, elasticsearch.Replicas).ShouldBe(("mine", "ada", "secret", 2));
        (elasticsearch.HistoricPeriod, elasticsearch.HistoricRetention).ShouldBe((HistoricPeriod.Month, TimeSpan.FromDays(90)));
        (options.OutboxLimitBytes, options.Role, options.Index).ShouldBe((1_000_000, ServerRole.Server, IndexKind.None));
    }

    [Fact]
    public void Names_are_those_that_a_shell_takes_in_any_case()
    {
        var options = Read(
            new()
            {
                ["TIMESTONE:KAFKA"] = "one:9092",
                ["TIMESTONE:KAFKA:PROPERTIES:SECURITY_PROTOCOL"] = "SASL_SSL",
                ["Timestone:Kafka:Properties:sasl_mechanism"] = "PLAIN",
                ["TIMESTONE:DEFAULTS:LEASESECONDS"] = "7.5",
                ["TIMESTONE:DEFAULTS:BACKOFF:KIND"] = "none",
            }
        );
        options.Kafka!.Properties.ShouldBe(
            new Dictionary<string, string> { ["security.protocol"] = "SASL_SSL", ["sasl.mechanism"] = "PLAIN" },
            ignoreOrder: true
        );
        options.Defaults.ShouldBe(
            new QueueSettings
            {
                Lease = TimeSpan.FromSeconds(7.5),
                Backoff = new Backoff { Kind = BackoffKind.None },
            }
        );
    }

    [Theory]
    [InlineData("Timestone:Kafka:Colour", "red")]
    [InlineData("Timestone:Kafka:Partitions", "many")]
    [InlineData("Timestone:Elasticsearch:Colour", "red")]
    [InlineData("Timestone:Elasticsearch:HistoricPeriod", "century")]
    [InlineData("Timestone:Elasticsearch:Replicas", "many")]
    [InlineData("Timestone:OutboxLimitBytes", "much")]
    public void What_cannot_stand_there_is_refused_in_one_line_that_names_it(string key, string value)
    {
        var problem = Should.Throw<BadOptionException>(() => Read(Placed(key, value)));
        problem.Message.ShouldContain(key);
        problem.Message.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("--kafka", "Timestone:Kafka:Partitions", "0")]
    [InlineData("--kafka", "Timestone:Kafka:CurrentTopic", "no topic")]
    [InlineData("--kafka", "Timestone:Kafka:Properties:acks", "1")]
    [InlineData("--elasticsearch", "Timestone:Elasticsearch:Prefix", "NotLower")]
    [InlineData("--elasticsearch", "Timestone:Elasticsearch:User", "without a password")]
    [InlineData("--elasticsearch", "Timestone:Elasticsearch:CertificateFingerprint", "zz")]
    [InlineData("Timestone:OutboxLimitBytes", "Timestone:OutboxLimitBytes", "0")]
    public void What_is_out_of_range_there_is_refused_in_one_line_that_names_it(string option, string key, string value)
    {
        var problem = Should.Throw<BadOptionException>(() => Read(Placed(key, value)));
        problem.Option.ShouldBe(option);
        problem.Message.ShouldContain(key.Split(':')[2..] is [var property, ..] ? property : key);
        problem.Message.ShouldNotContain('\n');
    }

    [Theory]
    [InlineData("--kafka", "Timestone:Kafka:HistoricTopic")]
    [InlineData("--elasticsearch", "Timestone:Elasticsearch:Prefix")]
    public void What_stands_below_an_address_needs_it(string option, string key) =>
        Should.Throw<BadOptionException>(() => Read(new() { [key] = "mine" })).Option.ShouldBe(option);

    [Theory]
    [InlineData("Timestone:Colour", "red")]
    [InlineData("Timestone:Insecure", "perhaps")]
    [InlineData("Timestone:Defaults:colour", "red")]
    [InlineData("Timestone:Defaults:maxAttempts", "many")]
    [InlineData("Timestone:Defaults:backoff:kind", "wild")]
    [InlineData("Kestrel:Endpoints:All:Url", "http://*:80")]
    public void Bad_configuration_is_refused_by_its_name(string key, string value) =>
        key.ShouldStartWith(Should.Throw<BadOptionException>(() => Read(new() { [key] = value })).Option);

    [Fact]
    public void Settings_out_of_range_are_refused() =>
        Should
            .Throw<BadOptionException>(() => Read(new() { ["Timestone:Defaults:leaseSeconds"] = "0" }))
            .Message.ShouldBe("Timestone:Defaults: leaseSeconds must be 0.1 to 43200.");

    [Fact]
    public async Task Help_is_no_error()
    {
        using var output = new StringWriter();
        (await new HostProgram { Name = "timestone-server" }.RunAsync(["--help"], output, TextWriter.Null)).ShouldBe(0);
        output.ToString().ShouldContain("--durability <fsync|os>");
        output.ToString().ShouldContain("until another takes over [default: 4]");
    }

    [Fact]
    public async Task A_mistyped_option_is_refused_with_the_one_that_may_be_meant()
    {
        using var errors = new StringWriter();
        (await new HostProgram { Name = "timestone-server" }.RunAsync(["--kafak", "x"], TextWriter.Null, errors)).ShouldBe(1);
        errors.ToString().Trim().ShouldBe("timestone-server: --kafak: there is no such option; did you mean --kafka? See --help.");
    }

    [Theory]
    [InlineData("--index-transitions", "0", "'0' must be a whole number, at least 1.")]
    [InlineData("--index-transitions", "some", "'some' must be a whole number, at least 1.")]
    [InlineData("--lease-seconds", "0.5", "'0.5' must be a number of seconds, 1 to 300.")]
    [InlineData("--data", "--insecure", "needs a value.")]
    [InlineData("--role", "dancer", "'dancer' must be all or server or indexer.")]
    [InlineData("--name", "", "'' must be 1 to 200 characters, none of them a control character.")]
    public async Task A_bad_value_is_refused_with_what_is_allowed(string option, string value, string says)
    {
        using var errors = new StringWriter();
        (await new HostProgram { Name = "timestone-server" }.RunAsync([option, value], TextWriter.Null, errors)).ShouldBe(1);
        errors.ToString().Trim().ShouldBe($"timestone-server: {option}: {says}");
    }

    [Theory]
    [InlineData("--insecure=yes", "--insecure: takes no value.")]
    [InlineData("--kafka=h:1 h:1", "h:1: there is no such option; see --help.")]
    public async Task What_belongs_to_no_option_is_refused(string args, string says)
    {
        using var errors = new StringWriter();
        (await new HostProgram { Name = "timestone-server" }.RunAsync(args.Split(' '), TextWriter.Null, errors)).ShouldBe(1);
        errors.ToString().Trim().ShouldBe($"timestone-server: {says}");
    }

    [Fact]
    public async Task Arguments_say_what_their_keys_say_and_win_over_the_configuration()
    {
        TimestoneServerOptions? told = null;
        var program = new HostProgram
        {
            Name = "timestone-server",
            Complete = static configuration => configuration.Sources.Insert(
                0,
                new MemoryConfigurationSource
                {
                    InitialData = new Dictionary<string, string?> { ["Timestone:Index"] = "memory", ["Timestone:ScrubRate"] = "7" },
                }
            ),
            Configure = (_, options) => throw new IOException((told = options).Urls),
        };
        string[] args =
        [
            "--no-auto-create", "--insecure", "--index=none", "--lease-seconds", "3.5",
            "--max-connections=5000000000", "--allowed-hosts=a,b",
        ];
        (await program.RunAsync(args, TextWriter.Null, TextWriter.Null)).ShouldBe(1);
        var options = told.ShouldNotBeNull();
        (options.AutoCreate, options.Insecure, options.Index, options.Lease, options.MaxConnections, options.ScrubRate).ShouldBe(
            (false, true, IndexKind.None, TimeSpan.FromSeconds(3.5), 5_000_000_000, 7)
        );
        options.AllowedHosts.ShouldBe(["a", "b"]);
    }

    [Fact]
    public void A_number_that_names_nothing_is_refused() =>
        Should.Throw<BadOptionException>(() => new TimestoneServerOptions { Durability = (Durability)7 }.Check());

    [Fact]
    public void The_defaults_are_within_their_ranges() => Should.NotThrow(() => new TimestoneServerOptions().Check());

    private static Dictionary<string, string?> Placed(string key, string value) =>
        new() { ["Timestone:Kafka"] = "localhost:9092", ["Timestone:Elasticsearch"] = "http://localhost:9200", [key] = value };

    private static TimestoneServerOptions Read(Dictionary<string, string?> settings) =>
        ServerConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
