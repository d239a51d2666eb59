using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

public sealed class TimestoneServerTests
{
    private static readonly TimestoneServerOptions InMemory = new()
    {
        Urls = "http://127.0.0.1:0",
        GrpcUrls = "off",
        OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal()),
    };

    [Fact]
    public async Task Over_HTTP_and_beside_it_the_service_is_the_same()
    {
        await using var server = await TimestoneServer.StartAsync(InMemory);
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        (await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" })).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await server.Timestone.GetMessageAsync("q", "a")).State.ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task It_listens_while_its_journal_opens()
    {
        var journal = new TaskCompletionSource<IJournal>();
        var urls = FreePort.Url();
        var starting = TimestoneServer.StartAsync(InMemory with { Urls = urls, OpenJournal = _ => journal.Task });
        using var http = new HttpClient { BaseAddress = new Uri(urls) };
        (await WhenListeningAsync(http, "/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" })).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        journal.SetResult(new MemoryJournal());
        await using var server = await starting;
        (await http.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_opened_ends_the_start() =>
        (
            await Should.ThrowAsync<IOException>(
                TimestoneServer.StartAsync(InMemory with { OpenJournal = static _ => throw new IOException("Broken.") })
            )
        ).Message.ShouldBe("Broken.");

    [Fact]
    public async Task An_address_in_use_ends_the_start_before_there_is_a_journal()
    {
        await using var server = await TimestoneServer.StartAsync(InMemory);
        using var folder = new TemporaryDirectory();
        var options = new TimestoneServerOptions
        {
            Urls = server.BaseAddress.ToString(),
            GrpcUrls = "off",
            Data = Path.Combine(folder.Path, "data"),
        };
        (await Should.ThrowAsync<IOException>(TimestoneServer.StartAsync(options))).Message.ShouldContain("in use");
        Directory.Exists(options.Data).ShouldBeFalse("It leaves no journal.");
    }

    [Fact]
    public async Task Without_auto_create_a_queue_must_be_made_first()
    {
        await using var server = await TimestoneServer.StartAsync(InMemory with { AutoCreate = false });
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        (await http.PostAsJsonAsync("/v1/queues/q/messages", new { })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.PutAsync("/v1/queues/q", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await http.PostAsJsonAsync("/v1/queues/q/messages", new { })).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Who_creates_a_queue_while_it_is_deleted_is_not_told_that_there_is_none()
    {
        await using var server = await TimestoneServer.StartAsync(InMemory);
        for (var round = 0; round < 500; round++)
        {
            await server.Timestone.CreateQueueAsync("q", new QueueSettings());
            var deletion = Task.Run(() => server.Timestone.DeleteQueueAsync("q"));
            await Task.WhenAll(
                Enumerable.Range(0, 4).Select(_ => Task.Run(() => server.Timestone.CreateQueueAsync("q", new QueueSettings())))
            );
            await deletion;
        }
    }

    [Fact]
    public async Task Queues_made_by_a_message_have_the_default_settings_of_the_server()
    {
        await using var server = await TimestoneServer.StartAsync(InMemory with { Defaults = new QueueSettings { MaxAttempts = 9 } });
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        await http.PostAsJsonAsync("/v1/queues/q/messages", new { });
        ((int)(await http.GetFromJsonAsync<JsonObject>("/v1/queues/q"))!["settings"]!["maxAttempts"]!).ShouldBe(9);
    }

    [Fact]
    public async Task Readiness_names_the_queues_that_are_being_opened_again()
    {
        var journal = new FailingJournal();
        await using var server = await TimestoneServer.StartAsync(InMemory with { OpenJournal = _ => Task.FromResult<IJournal>(journal) });
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        await http.PutAsync("/v1/queues/well", null);
        await http.PutAsync("/v1/queues/ill", null);
        journal.Fail("ill");
        (await http.PostAsJsonAsync("/v1/queues/ill/messages", new { })).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await ReadyAsync("""{"name":"queues","status":"degraded","detail":"Being opened again after their journal failed: ill."}""");
        (await http.PostAsJsonAsync("/v1/queues/well/messages", new { })).StatusCode.ShouldBe(HttpStatusCode.Created);
        journal.Heal();
        await ReadyAsync("""{"name":"queues","status":"ok"}""");

        // The caller is told of the failure a moment before the server has taken note of it.
        async Task ReadyAsync(string expected)
        {
            var giveUp = DateTime.UtcNow + TimeSpan.FromSeconds(60);
            while (await http.GetStringAsync("/readyz") is var answer && !answer.Contains(expected, StringComparison.Ordinal))
                DateTime.UtcNow.ShouldBeLessThan(giveUp, answer);
        }
    }

    [Fact]
    public async Task A_queue_that_is_ahead_of_the_wall_clock_is_told_and_no_failure()
    {
        var clock = new ManualTimeProvider();
        await using var server = await TimestoneServer.StartAsync(InMemory with { TimeProvider = clock });
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        (await http.GetStringAsync("/readyz")).ShouldContain("""{"name":"clock","status":"ok","figures":{"millisecondsAhead":0}}""");

        // No other test is as far ahead.
        clock.Jump(TimeSpan.FromHours(50));
        await http.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" });
        clock.Jump(TimeSpan.FromHours(-50));
        clock.Advance(TimeSpan.FromSeconds(100));
        var clockPart = (await http.GetFromJsonAsync<JsonObject>("/readyz"))!["parts"]!
            .AsArray()
            .Single(static part => (string?)part!["name"] == "clock")!;
        ((string?)clockPart["status"], (string?)clockPart["detail"], (long)clockPart["figures"]!["millisecondsAhead"]!).ShouldBe(
            (
                "ok",
                "The time of queue 'q' is 179999 s ahead of the wall clock, which went back or was ahead elsewhere; it goes 1 % slower until they meet.",
                179_999_000
            )
        );

        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "timestone.queue.clock_ahead")
                self.EnableMeasurementEvents(instrument);
        };
        var measured = 0.0;
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => measured = seconds);
        listener.Start();
        listener.RecordObservableInstruments();
        measured.ShouldBe(179_999);
    }

    private static async Task<HttpResponseMessage> WhenListeningAsync(HttpClient http, string path)
    {
        while (true)
        {
            try
            {
                return await http.GetAsync(path);
            }
            catch (HttpRequestException)
            {
                await Task.Yield();
            }
        }
    }
}
