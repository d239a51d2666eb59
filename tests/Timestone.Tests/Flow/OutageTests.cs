using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>What an operator sees of a real Kafka and Elasticsearch that do not work, and that all is indexed when they do again. Each is a row of docs/operations.md.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const string Q = "outage", Kafka = "kafka", Elasticsearch = "elasticsearch";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), Glance = TimeSpan.FromMilliseconds(200);

    private readonly TemporaryDirectory _data = new();
    private readonly HttpClient _http = new();
    private FlowServices _services = null!;
    private ServerOnCall _server = null!;
    private TimestoneClient _service = null!;
    private int _sent;

    public async ValueTask InitializeAsync()
    {
        _services = await FlowServices.StartAsync();
        _server = new ServerOnCall(_services.Environment(), "--data", _data.Path);
        await _server.StartAsync();
        _service = new TimestoneClient(new TimestoneClientOptions { Address = _server.Address });
        await _service.CreateQueueAsync(Q, new QueueSettings());
        await SendAsync(20);
        await CaughtUpAsync();
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
        using var admin = new Confluent.Kafka.AdminClientBuilder(new Confluent.Kafka.AdminClientConfig { BootstrapServers = $"127.0.0.1:{_services.Kafka.Port}" }).Build();
        string[] topics = ["timestone.current", "timestone.historic"];
        await admin.DeleteTopicsAsync(topics);
        await SendAsync(40);
        await Eventually.BeAsync(async () => (await Eventually.SucceedAsync(() => _service.SearchMessagesAsync(new MessageSearch { Queue = Q, Limit = 1 }))).Freshness.Incomplete, Patience, Glance);

        // What was published while the topics went is gone with them; what comes afterwards is not.
        var first = _sent;
        await SendAsync(40);
        await CaughtUpAsync(isIncomplete: true, first);
        foreach (var topic in topics)
            admin.GetMetadata(topic, Patience).Topics.Single().Partitions.Count.ShouldBe(FlowSwitches.Partitions, topic);
        _server.Process.Terminate();
        var log = await _server.Process.SaidAsync();
        foreach (var topic in topics)
            log.ShouldContain($"Topic {topic} of Kafka is gone and has been created again with {FlowSwitches.Partitions} partitions.");
    }

    private async Task SendAsync(int messages)
    {
        for (var i = 0; i < messages; i++)
            await _service.EnqueueAsync(Q, [new NewMessage { Id = $"m{_sent++}" }]);
    }

    // All is found, and both parts are well; it is 200 all the time.
    private Task CaughtUpAsync(bool isIncomplete = false, int first = 0) => Eventually.BeAsync(
        async () =>
        {
            var page = await Eventually.SucceedAsync(() => _service.SearchMessagesAsync(new MessageSearch { Queue = Q, Limit = Limits.MaxPage }));
            return page.Freshness.Lag == TimeSpan.Zero && Enumerable.Range(first, _sent - first).All(number => page.Messages.Any(message => message.Id == $"m{number}")) && page.Freshness.Incomplete == isIncomplete
                && (await PartAsync(Kafka)).Status == "ok" && (await PartAsync(Elasticsearch)).Status == "ok";
        },
        Patience,
        Glance);

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
        var log = await _server.Process.SaidAsync();
        foreach (var line in lines)
            log.Split(line).Length.ShouldBe(2, log);
        log.ShouldNotContain("   at ");
        log.ShouldNotContain("stall");
    }
}
