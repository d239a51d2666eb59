using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>
/// What an operator sees of a real Kafka and Elasticsearch that do not work, and that all is indexed when they do again. Each is a row of
/// docs/operations.md.
/// </summary>
[Slow]
public sealed class OutageTests : IAsyncLifetime
{
    private const string Q = "outage", Kafka = "kafka", Elasticsearch = "elasticsearch";
    private static readonly string[] Topics = ["timestone.current", "timestone.historic"];
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Glance = TimeSpan.FromMilliseconds(200);

    private readonly TemporaryDirectory _data = new();
    private readonly HttpClient _http = new();
    private FlowServices _services = null!;
    private ServerOnCall _server = null!;
    private TimestoneClient _service = null!;
    private int _sent;
    private DateTimeOffset _begun;

    public async ValueTask InitializeAsync()
    {
        _services = await FlowServices.StartAsync(elasticsearch: "http.max_content_length: 64kb");
        _server = new ServerOnCall(_services.Environment(), "--data", _data.Path);
        await _server.StartAsync();
        _service = new TimestoneClient(new TimestoneClientOptions { Address = _server.Address });
        await _service.CreateQueueAsync(Q, new QueueSettings());
        await SendAsync(20);
        await CaughtUpAsync();
        _begun = DateTimeOffset.UtcNow;
    }

    public async ValueTask DisposeAsync()
    {
        _server?.Dispose();
        if (_services is not null)
            await _services.DisposeAsync();
        _service?.Dispose();
        _http.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task A_Kafka_that_is_away_is_named_and_stands_still_until_it_is_back()
    {
        _services.Kafka.Kill();
        await SendAsync(20);
        (await BecomesAsync(Kafka, "degraded")).ShouldContain("Kafka does not work");
        (await BecomesAsync(Kafka, "stalled")).ShouldContain("Nothing has left the outbox for Kafka for");
        await _services.Kafka.StartAsync();
        await CaughtUpAsync();
        await OneLineEachAsync("Kafka does not work", "Kafka works again");
    }

    [Fact]
    public async Task An_Elasticsearch_that_is_away_is_named_and_stands_still_until_it_is_back()
    {
        _services.Elasticsearch.Kill();
        await SendAsync(20);
        (await BecomesAsync(Elasticsearch, "degraded")).ShouldContain("Elasticsearch does not work");
        (await BecomesAsync(Elasticsearch, "stalled")).ShouldContain("events wait there");
        await _services.Elasticsearch.StartAsync();
        await CaughtUpAsync();
        await OneLineEachAsync("Elasticsearch does not work", "Elasticsearch works again");
    }

    [Fact]
    public async Task Indices_that_became_read_only_as_on_a_full_disk_are_named_until_they_can_be_written()
    {
        const string Block = "index.blocks.read_only_allow_delete";
        await _services.Elasticsearch.SetAsync("timestone-*", Block, true);
        await SendAsync(20);
        (await BecomesAsync(Elasticsearch, "degraded")).ShouldContain("block");
        await _services.Elasticsearch.SetAsync("timestone-*", Block, null);
        await CaughtUpAsync();
        await OneLineEachAsync("Elasticsearch does not work", "Elasticsearch works again");
    }

    [Fact]
    public async Task Topics_that_were_deleted_are_made_again_with_our_partitions_and_searches_say_that_something_may_be_lost()
    {
        using (var admin = Admin(_services.Kafka.Port))
            await admin.DeleteTopicsAsync(Topics);
        await SendAsync(40);
        await SaysIncompleteAsync();

        // What was published while the topics went is gone with them; what comes afterwards is not.
        var first = _sent;
        await SendAsync(40);
        await CaughtUpAsync(isIncomplete: true, first);
        await ShouldHaveTopicsAgainAsync();
    }

    [Fact]
    public async Task A_Kafka_that_comes_back_with_an_emptied_folder_gets_all_that_waited_and_searches_say_that_something_may_be_lost()
    {
        _services.Kafka.Kill();
        await SendAsync(20);
        await BecomesAsync(Kafka, "degraded");
        await _services.Kafka.StartEmptyAsync();
        await SaysIncompleteAsync();
        await SendAsync(20);
        await CaughtUpAsync(isIncomplete: true);
        await ShouldHaveTopicsAgainAsync();
    }

    [Fact]
    public async Task A_Kafka_that_is_slow_and_an_Elasticsearch_that_is_slower_than_its_time_limit_are_seen_by_how_far_searches_are_behind()
    {
        // Each request to Kafka and each answer takes as long.
        _services.KafkaNetwork.Slow(TimeSpan.FromMilliseconds(300));
        await SendAsync(20);
        await Eventually.BeAsync(async () => (await SearchAsync()).Freshness.Lag > TimeSpan.FromSeconds(1), Patience, Glance);
        (await PartAsync(Kafka)).Status.ShouldBe("ok");
        _services.KafkaNetwork.Mend();
        await CaughtUpAsync();

        _services.SearchNetwork.Delay();
        await SendAsync(20);
        (await BecomesAsync(Elasticsearch, "degraded")).ShouldContain("Elasticsearch does not work");
        (await BecomesAsync(Elasticsearch, "stalled")).ShouldContain("events wait there");
        _services.SearchNetwork.Mend();
        await CaughtUpAsync();
        await OneLineEachAsync("Elasticsearch does not work", "Elasticsearch works again");
    }

    [Fact]
    public async Task What_Elasticsearch_does_not_take_at_once_is_halved_and_what_it_does_not_take_by_itself_is_put_aside()
    {
        await _service.UpdateQueueAsync(Q, new QueueSettingsPatch { PublishPayloads = true });
        await SendAsync(200, payloadBytes: 2_000);
        await SendAsync(1, payloadBytes: 100_000);
        await CaughtUpAsync();
        await _services.Elasticsearch.RefreshAsync("timestone-historic*");
        (await _services.Elasticsearch.CountAsync("timestone-historic*")).ShouldBe(
            _sent - 1,
            "of transitions, which have the payloads, one is too large"
        );
        _server.Process.Terminate();
        var log = await _server.Process.SaidAsync();
        log.Split("An event was put aside as a dead letter").Length.ShouldBe(2, log);
        log.ShouldContain("413");
        log.ShouldNotContain("does not work");
    }

    private static Confluent.Kafka.IAdminClient Admin(int port) =>
        new Confluent.Kafka.AdminClientBuilder(new Confluent.Kafka.AdminClientConfig { BootstrapServers = $"127.0.0.1:{port}" }).Build();

    private async Task SendAsync(int messages, int payloadBytes = 0)
    {
        var payload = payloadBytes == 0 ? default : Payload.FromText(new string('x', payloadBytes));
        await _service.EnqueueAsync(
            Q,
            [.. Enumerable.Range(_sent, messages).Select(number => new NewMessage { Id = $"m{number}", Payload = payload })]
        );
        _sent += messages;
    }

    private Task<SearchPage> SearchAsync(int limit = 1) =>
        Eventually.SucceedAsync(() => _service.SearchMessagesAsync(new MessageSearch { Queue = Q, Limit = limit }));

    private Task SaysIncompleteAsync() => Eventually.BeAsync(async () => (await SearchAsync()).Freshness.Incomplete, Patience, Glance);

    // With our partitions, which are told in the log.
    private async Task ShouldHaveTopicsAgainAsync()
    {
        using (var admin = Admin(_services.Kafka.Port))
        {
            foreach (var topic in Topics)
                admin.GetMetadata(topic, Patience).Topics.Single().Partitions.Count.ShouldBe(FlowSwitches.Partitions, topic);
        }

        _server.Process.Terminate();
        var log = await _server.Process.SaidAsync();
        foreach (var topic in Topics)
            log.ShouldContain($"Topic {topic} of Kafka is gone and has been created again with {FlowSwitches.Partitions} partitions.");
    }

    // All is found, and both parts are well; it is 200 all the time.
    private Task CaughtUpAsync(bool isIncomplete = false, int first = 0) =>
        Eventually.BeAsync(
            async () =>
            {
                var page = await SearchAsync(Limits.MaxPage);
                return page.Freshness.Lag == TimeSpan.Zero
                    && Enumerable.Range(first, _sent - first).All(number => page.Messages.Any(message => message.Id == $"m{number}"))
                    && page.Freshness.Incomplete == isIncomplete
                    && (await PartAsync(Kafka)).Status == "ok"
                    && (await PartAsync(Elasticsearch)).Status == "ok";
            },
            Patience,
            Glance
        );

    private async Task<string> BecomesAsync(string part, string status)
    {
        var detail = "";
        await Eventually.BeAsync(
            async () =>
            {
                (var now, detail) = await PartAsync(part);
                return now == status;
            },
            Patience,
            Glance);
        return detail;
    }

    private async Task<(string Status, string Detail)> PartAsync(string name)
    {
        using var answer = await _http.GetAsync(new Uri(_server.Address, "/readyz"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var parts = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("parts");
        var part = parts.EnumerateArray().Single(part => part.GetProperty("name").GetString() == name);
        return (part.GetProperty("status").GetString()!, part.TryGetProperty("detail", out var detail) ? detail.GetString()! : "");
    }

    private async Task OneLineEachAsync(params string[] lines)
    {
        _server.Process.Terminate();
        var said = await _server.Process.SaidAsync();

        // An Elasticsearch that has just started can be slow to make its first indices, which is no part of what is tried.
        var log = string.Join('\n', said.Split('\n').Where(line => !(TimeOf(line) < _begun)));
        foreach (var line in lines)
            log.Split(line).Length.ShouldBe(2, log);
        said.ShouldNotContain("   at ");
        said.ShouldNotContain("stall");
    }

    private static DateTimeOffset? TimeOf(string line) =>
        DateTimeOffset.TryParse(line.Split(' ')[0], CultureInfo.InvariantCulture, out var time) ? time : null;
}
