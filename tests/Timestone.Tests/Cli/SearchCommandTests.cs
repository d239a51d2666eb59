using Shouldly;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class SearchCommandTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Search_finds_what_all_its_options_ask_for()
    {
        await _cli.Service.EnqueueAsync("jobs",
        [
            new NewMessage { Id = "a", Priority = 1, Metadata = Metadata.Of("tenant", "acme") },
            new NewMessage { Id = "b", Priority = 2, Metadata = Metadata.Of("tenant", "acme") },
            new NewMessage { Id = "c", Priority = 3 },
        ]);
        var taken = (await _cli.Service.DequeueAsync("jobs", new DequeueRequest { Worker = "w1" })).Messages[0];
        await _cli.Service.FailAsync("jobs", "a", taken.LeaseToken!, "Time-out of db", permanent: true);

        var page = await _cli.AskAsync(
            "search",
            "--queue",
            "jobs",
            "--state",
            "errored",
            "--filter",
            "tenant=acme",
            "--worker",
            "w1",
            "--error",
            "db time",
            "--min-priority",
            "1",
            "--max-priority",
            "1",
            "--enqueued-from",
            "2020-01-01T00:00:00Z",
            "--enqueued-before",
            "2100-01-01T00:00:00Z",
            "--updated-from",
            "2020-01-01T00:00:00Z",
            "--updated-before",
            "2100-01-01T00:00:00Z",
            "--order",
            "updated",
            "--descending",
            "--limit",
            "5",
            "--after",
            "jobs/a/3",
            "--wait",
            "30s"
        );
        page.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("id").GetString()).ShouldBe(["a"]);

        var table = await _cli.RunAsync("search", "--order", "priority", "--limit", "2", "--after", "jobs/a/3");
        var lines = table.Out.Split('\n');
        lines[0].ShouldStartWith("QUEUE  ID  STATE");
        lines[1].ShouldContain("errored");
        lines[1].ShouldContain("Time-out of db");
        lines[2].ShouldContain("tenant:acme");
        lines[3].ShouldStartWith("More: --cursor ");
        (
            await _cli.RunAsync("search", "--order", "priority", "--limit", "2", "--cursor", lines[3]["More: --cursor ".Length..])
        ).Out.ShouldContain("jobs   c ");
    }

    [Fact]
    public async Task A_search_that_makes_no_sense_is_wrong_usage()
    {
        (await _cli.RunAsync("search", "--after", "jobs/a")).Code.ShouldBe(2);
        (await _cli.RunAsync("search", "--order", "best")).Code.ShouldBe(2);
        (await _cli.RunAsync("search", "--error", "...")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task History_of_a_message_that_never_was_is_refused()
    {
        await _cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "a" });

        (await _cli.RunAsync("history", "jobs", "b")).ShouldBe(
            new CliOutcome(1, "", "timestone: There is no message 'b' (message_not_found, id)\n")
        );
    }

    [Fact]
    public async Task History_tells_every_transition()
    {
        var token = await _cli.LeaseAsync("jobs", "m1");
        await _cli.Service.FailAsync("jobs", "m1", token, "no\u001bluck", permanent: true);

        var lines = (await _cli.RunAsync("history", "jobs", "m1", "--after", "3")).Out.Split('\n');
        lines[0].ShouldContain("CAUSE");
        lines[1].ShouldContain("enqueue");
        lines[3].ShouldContain("no\\u001bluck");
        var page = await _cli.AskAsync("history", "jobs", "m1", "--limit", "1");
        var next = await _cli.AskAsync(
            "history",
            "jobs",
            "m1",
            "--limit",
            "1",
            "--cursor",
            page.GetProperty("next").GetString()!,
            "--wait",
            "1s"
        );
        next.GetProperty("transitions")[0].GetProperty("cause").GetString().ShouldBe("dequeue");
    }

    [Fact]
    public async Task Search_stats_count_queue_by_queue()
    {
        await _cli.LeaseAsync("jobs", "m1");
        await _cli.LeaseAsync("mails", "m1");
        await _cli.RunAsync("search", "--after", "jobs/m1/2");

        var all = await _cli.RunAsync("search-stats", "--after", "mails/m1/2");
        all.Out.ShouldContain("queue             jobs\n");
        all.Out.ShouldContain("queue             mails\n");
        all.Out.ShouldContain("1 running");
        all.Out.ShouldContain("time pending");
        (await _cli.AskAsync("search-stats", "jobs")).GetProperty("queues").GetArrayLength().ShouldBe(1);
    }
}
