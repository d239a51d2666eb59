using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Outbox;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>A Redis at its <c>maxmemory</c> that evicts nothing: what is new is refused, and all work on what it holds goes on.</summary>
[Slow]
public sealed class RedisFullTests : IDisposable
{
    private readonly RedisServer _redis = RedisServer.Start("--maxmemory", "12mb");

    public void Dispose() => _redis.Dispose();

    [Fact]
    public async Task New_messages_are_refused_one_by_one_and_everything_else_goes_on()
    {
        int kept;
        await using (var server = await StartAsync())
        {
            var filled = await Task.WhenAll(Enumerable.Range(0, 4).Select(producer => FillAsync(server.Timestone, producer)));
            kept = filled.Sum();
            kept.ShouldBeGreaterThan(100);
        }

        // Far beyond its limit, whatever is freed meanwhile.
        MaxMemory("1mb");
        await using (var server = await StartAsync())
        {
            var service = server.Timestone;
            (await service.GetDepthAsync("q")).ShouldBe(kept);
            await RefusedAsync(async () => (await service.EnqueueAsync("q", [new NewMessage { Id = "new" }]))[0].ThrowIfError());
            await RefusedAsync(() => service.CreateQueueAsync("new", new QueueSettings()));
            await RefusedAsync(() => service.UpdateQueueAsync("q", new QueueSettingsPatch { MaxAttempts = 3 }));
            (await service.EnqueueAsync("q", [new NewMessage { Id = "0-0", Payload = Payload }]))[0].Duplicate.ShouldBe(true);

            var first = (await service.DequeueAsync("q", new DequeueRequest { Max = 4 })).Messages;
            await service.SettleAsync("q", Settlement.Fail(first[0].Id, first[0].LeaseToken!, permanent: true));
            await service.SettleAsync("q", Settlement.Release(first[1].Id, first[1].LeaseToken!));
            await service.CancelAsync("q", first[2].Id);
            await service.ExtendAsync("q", [new LeaseExtension { Id = first[3].Id, LeaseToken = first[3].LeaseToken! }]);
            await service.SettleAsync("q", Settlement.Complete(first[3].Id, first[3].LeaseToken!));
            await RefusedAsync(() => service.RedriveAsync("q", first[0].Id));

            var completed = 1;
            while ((await service.DequeueAsync("q", new DequeueRequest { Max = 50 })).Messages is { Count: > 0 } more)
            {
                (
                    await service.SettleAsync("q", [.. more.Select(static message => Settlement.Complete(message.Id, message.LeaseToken!))])
                ).ShouldAllBe(static result => result.Error == null);
                completed += more.Count;
            }

            completed.ShouldBe(kept - 2);
            await Eventually.BeAsync(async () => await JournalPartAsync(server) == "degraded");
            (await service.PurgeAsync("q", PurgeScope.All)).Completed.ShouldBe(completed);
            await service.DeleteQueueAsync("q");
            await RefusedAsync(() => service.EnqueueAsync("q", new NewMessage { Id = "new" }));

            MaxMemory("12mb");
            await Eventually.BeAsync(async () => await JournalPartAsync(server) == "ok");
            await service.EnqueueAsync("q", new NewMessage { Id = "new" });
        }
    }

    [Fact]
    public async Task A_commit_that_finds_Redis_full_is_taken_whole_and_the_next_is_asked_for_less()
    {
        await using var journal = Open(outbox: false);
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 3);
        queue.Journal.Room.ShouldBe(JournalRoom.Ample);
        MaxMemory("1");
        await queue.AddManyAsync(4, 1);
        queue.Journal.Room.ShouldBe(JournalRoom.WorkOnly);
        await queue.LeaseAsync(1, 2);
        await queue.RemoveAsync(3);

        var again = await TestQueue.OpenAsync(journal);
        again.Contents.ShouldBe(queue.Contents);
        again.Journal.Room.ShouldBe(JournalRoom.WorkOnly);
        await Should.ThrowAsync<JournalFullException>(() => TestQueue.OpenAsync(journal, "new"));
        (await journal.ListQueuesAsync()).ShouldBe(["orders"]);

        MaxMemory("0");
        await again.Journal.CommitAsync(new ChangeBatch());
        again.Journal.Room.ShouldBe(JournalRoom.Ample);
        await TestQueue.OpenAsync(journal, "new");
    }

    [Fact]
    public async Task Events_are_published_and_queues_deleted_in_a_full_Redis()
    {
        await using var journal = Open(outbox: true);
        var told = await ToldQueue.OpenAsync(journal);
        await told.AddAsync(TestRows.Row(1), TestRows.Row(2));
        MaxMemory("1");
        await told.AddAsync(TestRows.Row(3));
        await told.CommitAsync(new ChangeBatch { Deleted = true, DeletedAt = TestRows.Now });
        await using var reader = journal.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        (await Reading.TakeAsync(reader, told.Entries.Count)).ShouldBe(told.Entries);
        (await journal.ListQueuesAsync()).ShouldBeEmpty();
    }

    private static Payload Payload => Payload.FromBytes(new byte[20_000]);

    private static async Task<int> FillAsync(ITimestone service, int producer)
    {
        for (var count = 0; ; count++)
        {
            var result = (await service.EnqueueAsync("q", [new NewMessage { Id = $"{producer}-{count}", Payload = Payload }]))[0];
            if (result.Error is not { } error)
                continue;
            error.Code.ShouldBe(ErrorCode.QueueFull);
            return count;
        }
    }

    private static async Task RefusedAsync(Func<Task> attempt)
    {
        var problem = await Should.ThrowAsync<TimestoneException>(attempt);
        problem.Code.ShouldBe(ErrorCode.QueueFull, problem.Message);
    }

    private static async Task<string> JournalPartAsync(TimestoneServer server)
    {
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        var health = await http.GetFromJsonAsync<JsonObject>("/readyz");
        return health!["parts"]!.AsArray().Single(static part => (string?)part!["name"] == "journal")!["status"]!.GetValue<string>();
    }

    private void MaxMemory(string value) => RedisCli.Run(_redis, "CONFIG", "SET", "maxmemory", value);

    private RedisJournal Open(bool outbox) =>
        RedisJournal.Open(
            new RedisJournalOptions
            {
                Configuration = _redis.Address,
                Timeout = RedisServer.Patience,
                Outbox = outbox,
            }
        );

    private Task<TimestoneServer> StartAsync() =>
        TimestoneServer.StartAsync(new TimestoneServerOptions { Urls = "http://127.0.0.1:0", GrpcUrls = "off", Redis = _redis.Address });
}
