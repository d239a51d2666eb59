using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>Servers on one Redis: one is active, the others stand by.</summary>
[Slow]
public sealed class ActiveStandbyTests(ITestOutputHelper output) : IDisposable
{
    private readonly RedisServer _redis = RedisServer.Start();

    public void Dispose() => _redis.Dispose();

    [Fact]
    public async Task The_second_server_stands_by_and_names_the_first()
    {
        await using var active = await StartAsync("a", "http://a.example:7070");
        await using var standby = await StartAsync("b");
        await active.Timestone.EnqueueAsync("q", new NewMessage { Id = "a" });
        using var http = new HttpClient { BaseAddress = standby.BaseAddress };
        foreach (var path in new[] { "/v1/queues", "/v1/queues/q/depth", "/readyz" })
        {
            using var refused = await http.GetAsync(path);
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.ShouldNotBeNull();
            var problem = (await refused.Content.ReadFromJsonAsync<JsonObject>())!;
            ((string?)problem["code"]).ShouldBe("standby");
            ((string?)problem["activeUrl"]).ShouldBe("http://a.example:7070");
            ((string?)problem["detail"]).ShouldBe("This server stands by: the active one is 'a', at http://a.example:7070.");
        }

        (await http.GetAsync("/readyz?standby=ok")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Should.ThrowAsync<TimestoneException>(() => standby.Timestone.EnqueueAsync("q", new NewMessage { Id = "b" }))).Code.ShouldBe(
            ErrorCode.Standby
        );

        using var client = new TimestoneClient(standby.BaseAddress, active.BaseAddress);
        (await client.GetDepthAsync("q")).ShouldBe(1);
    }

    // Who stops says so, and nobody waits for the lease's four seconds to pass; it takes a tenth of that where nothing else runs.
    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 10)]
    public async Task A_standby_takes_over_in_time(bool killed, int seconds)
    {
        using var active = await StartProcessAsync("a");
        using var standby = await StartProcessAsync("b");
        using var http = new HttpClient { BaseAddress = new Uri(standby.BaseAddress) };
        using var client = new TimestoneClient(
            new TimestoneClientOptions { Address = new Uri(active.BaseAddress), RetryFor = TimeSpan.Zero }
        );
        await client.EnqueueAsync("q", new NewMessage { Id = "a" });
        var last = Stopwatch.GetTimestamp();
        var answered = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await client.GetDepthAsync("q");
                    last = Stopwatch.GetTimestamp();
                }
            }
            catch (TimestoneException)
            {
                // It has ended.
            }
        });
        if (killed)
            active.Kill();
        else
            active.Terminate();
        await Eventually.BeAsync(async () => (await http.GetAsync("/v1/queues")).StatusCode == HttpStatusCode.OK);
        var away = Stopwatch.GetElapsedTime(last);
        await answered;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The standby answered {away.TotalSeconds:0.00} s after the active server's last answer{(killed ? "" : " and SIGTERM")}."
            )
        );
        away.ShouldBeLessThan(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_server_started_again_under_its_name_is_active_at_once_although_its_lease_lasts()
    {
        using (var first = await StartProcessAsync("a", "--lease-seconds", "300"))
            first.Kill();
        using var again = await StartProcessAsync("a", "--lease-seconds", "300");
        using var http = new HttpClient { BaseAddress = new Uri(again.BaseAddress) };
        (await http.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_two_servers_of_one_name_the_first_stands_by_for_good()
    {
        await using var first = await StartAsync("same");
        await using var second = await StartAsync("same");
        await StandsByAsync(first);
        (await second.Timestone.ListQueuesAsync()).Queues.ShouldBeEmpty();
        await StandsByAsync(first);
    }

    [Fact]
    public async Task A_server_that_stood_still_answers_nothing_when_it_goes_on()
    {
        using var active = await StartProcessAsync("a");
        using var standby = await StartProcessAsync("b");
        using var first = new HttpClient { BaseAddress = new Uri(active.BaseAddress) };
        using var second = new HttpClient { BaseAddress = new Uri(standby.BaseAddress) };
        (await first.PostAsJsonAsync("/v1/queues/q/messages", new { id = "a" })).EnsureSuccessStatusCode();
        active.Signal("STOP");
        await Eventually.BeAsync(async () =>
            (await second.PostAsJsonAsync("/v1/queues/q/messages", new { id = "b" })).StatusCode == HttpStatusCode.Created
        );
        active.Signal("CONT");
        using var refused = await first.GetAsync("/v1/queues/q/depth");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ((string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["code"]).ShouldBe("standby");
        (await second.GetFromJsonAsync<JsonObject>("/v1/queues/q/depth"))!["count"]!.GetValue<long>().ShouldBe(2);
    }

    [Fact]
    public async Task When_Redis_was_away_for_longer_than_the_lease_one_of_them_goes_on()
    {
        await using var one = await StartAsync("a");
        await using var other = await StartAsync("b");
        await one.Timestone.EnqueueAsync("q", new NewMessage { Id = "a" });
        _redis.Kill();
        using var http = new HttpClient { BaseAddress = one.BaseAddress };
        await Eventually.BeAsync(async () => (await http.GetAsync("/v1/queues/q/depth")).StatusCode == HttpStatusCode.ServiceUnavailable);
        await Eventually.BeAsync(async () =>
            await one
                .Timestone.GetDepthAsync("q")
                .ContinueWith(
                    static asked => asked.Exception?.InnerException is TimestoneException { Code: ErrorCode.Standby },
                    TaskScheduler.Default
                )
        );
        _redis.Start();
        using var client = new TimestoneClient(one.BaseAddress, other.BaseAddress);
        await Eventually.SucceedAsync(() => client.GetDepthAsync("q"));
        (await client.GetMessageAsync("q", "a")).State.ShouldBe(MessageState.Pending);
        using var http2 = new HttpClient { BaseAddress = other.BaseAddress };
        await Eventually.BeAsync(async () =>
            (await http.GetAsync("/readyz")).IsSuccessStatusCode != (await http2.GetAsync("/readyz")).IsSuccessStatusCode
        );
    }

    [Fact]
    public async Task When_the_lease_is_deleted_one_of_them_goes_on_and_nothing_is_lost()
    {
        await using var one = await StartAsync("a");
        await using var other = await StartAsync("b");
        using var client = new TimestoneClient(one.BaseAddress, other.BaseAddress);
        for (var i = 0; i < 5; i++)
        {
            await client.EnqueueAsync("q", new NewMessage { Id = $"m{i}" });
            RedisCli.Run(_redis, "DEL", "ts:lease");
            await Eventually.BeAsync(() => Task.FromResult(RedisCli.Run(_redis, "EXISTS", "ts:lease") == ":1\r\n"));
        }

        (await client.GetDepthAsync("q")).ShouldBe(5);
    }

    [Fact]
    public async Task What_is_due_happens_after_a_takeover_although_nobody_calls()
    {
        using (var active = await StartProcessAsync("a"))
        {
            using var client = new TimestoneClient(new Uri(active.BaseAddress));
            await client.CreateQueueAsync("q", new QueueSettings { Lease = TimeSpan.FromSeconds(1), MaxAttempts = 1 });
            await client.EnqueueAsync("q", new NewMessage { Id = "a" });
            (await client.DequeueAsync("q", new DequeueRequest())).Messages.ShouldHaveSingleItem();
            active.Kill();
        }

        await using var next = await StartAsync("b");
        await using var journal = RedisJournal.Open(
            new RedisJournalOptions { Configuration = _redis.Address, Timeout = RedisServer.Patience }
        );
        await Eventually.BeAsync(async () => (await journal.ReadMessageAsync("q", "a"))!.Describe().State == MessageState.Errored);
    }

    [Fact]
    public async Task A_server_refuses_a_Redis_that_silos_use_and_takes_it_when_they_have_left()
    {
        await using var lease = RedisServerLease.Open(new RedisJournalOptions { Configuration = _redis.Address }, RedisServer.Patience);
        var silos = new LeaseHolder(LeaseHolder.Silos, "timestone", "timestone");
        (await lease.TakeAsync(silos, TimeSpan.FromMinutes(1))).ShouldBeNull();
        (await Should.ThrowAsync<IOException>(() => StartAsync("a"))).Message.ShouldStartWith(
            "Silos of the cluster 'timestone' use this Redis:"
        );

        RedisCli.Run(_redis, "PEXPIRE", "ts:lease", "1000");
        await using var server = await StartAsync("a");
        (await lease.TakeAsync(silos, TimeSpan.FromMinutes(1)))!.Name.ShouldBe("a");
    }

    [Fact]
    public async Task Whoever_loses_a_queue_ends_its_waits_within_a_second_although_nothing_is_committed()
    {
        await using var server = await StartAsync("a");
        await server.Timestone.CreateQueueAsync("q", new QueueSettings());
        var wait = server.Timestone.DequeueAsync("q", new DequeueRequest { Wait = TimeSpan.FromSeconds(30) });
        await using var journal = RedisJournal.Open(
            new RedisJournalOptions { Configuration = _redis.Address, Timeout = RedisServer.Patience }
        );
        await using var stolen = await journal.OpenAsync("q");
        var since = Stopwatch.GetTimestamp();
        var refusal = await Should.ThrowAsync<TimestoneException>(() => wait);
        output.WriteLine($"The wait ended after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms.");
        refusal.InnerException.ShouldBeOfType<JournalFencedException>();
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_full_Redis_keeps_neither_the_lease_nor_a_wake_time_from_being_noted()
    {
        await using var server = await StartAsync("a");
        RedisCli.Run(_redis, "CONFIG", "SET", "maxmemory", "1");
        RedisCli.Run(_redis, "DEL", "ts:lease");
        await Eventually.BeAsync(() => Task.FromResult(RedisCli.Run(_redis, "EXISTS", "ts:lease") == ":1\r\n"));
        await using var journal = RedisJournal.Open(
            new RedisJournalOptions { Configuration = _redis.Address, Timeout = RedisServer.Patience }
        );
        await journal.WakeTable.SetOpenAsync(["q"]);
        await journal.WakeTable.AddOpenAsync(["r"]);
    }

    private static async Task StandsByAsync(TimestoneServer server)
    {
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        await Eventually.BeAsync(async () => (await http.GetAsync("/readyz")).StatusCode == HttpStatusCode.ServiceUnavailable);
    }

    private Task<TimestoneServer> StartAsync(string name, string? url = null) => TimestoneServer.StartAsync(new TimestoneServerOptions
    {
        Urls = "http://127.0.0.1:0",
        GrpcUrls = "off",
        Redis = _redis.Address,
        Name = name,
        AdvertiseUrl = url,
    });

    private async Task<ServerProcess> StartProcessAsync(string name, params string[] args)
    {
        var server = ServerProcess.Start(["--urls", "http://127.0.0.1:0", "--redis", _redis.Address, "--name", name, .. args]);
        await server.ReadyAsync();
        return server;
    }
}
