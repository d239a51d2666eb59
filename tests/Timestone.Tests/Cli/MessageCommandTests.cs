using Shouldly;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class MessageCommandTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Dequeue_leases_the_best_that_match()
    {
        await _cli.Service.EnqueueAsync("jobs",
        [
            new NewMessage { Id = "a", Priority = 3, Metadata = Metadata.Of("tenant", "acme") },
            new NewMessage { Id = "b", Priority = 2, Metadata = Metadata.Of("tenant", "acme") },
            new NewMessage { Id = "c", Priority = 1 },
        ]);

        var answer = await _cli.AskAsync(
            "dequeue",
            "jobs",
            "--filter",
            "tenant=acme",
            "--max",
            "2",
            "--lease",
            "1h",
            "--worker",
            "w1",
            "--wait",
            "0",
            "--request-id",
            "r1"
        );

        var messages = answer.GetProperty("messages").EnumerateArray().ToList();
        messages.Select(message => message.GetProperty("id").GetString()).ShouldBe(["b", "a"]);
        messages[0].GetProperty("worker").GetString().ShouldBe("w1");
        var again = await _cli.AskAsync("dequeue", "jobs", "--max", "2", "--filter", "tenant:acme", "--request-id", "r1");
        again.GetProperty("messages")[0].GetProperty("leaseToken").GetString().ShouldBe(messages[0].GetProperty("leaseToken").GetString());
    }

    [Fact]
    public async Task Dequeue_of_nothing_has_an_exit_code_of_its_own()
    {
        await _cli.RunAsync("queue", "create", "jobs");

        (await _cli.RunAsync("dequeue", "jobs")).ShouldBe(new CliOutcome(4, "", ""));
        var json = await _cli.RunAsync("dequeue", "jobs", "--json");
        json.ShouldBe(new CliOutcome(4, "{\"messages\":[]}\n", ""));
    }

    [Fact]
    public async Task Dequeue_shows_a_person_all_there_is()
    {
        await _cli.Service.EnqueueAsync(
            "jobs",
            new NewMessage
            {
                Id = "m1",
                Payload = Payload.FromText("\u001b[31m"),
                Metadata = Metadata.Of("tenant", "a\u001b[0m"),
            }
        );

        var shown = (await _cli.RunAsync("dequeue", "jobs")).Out;

        shown.ShouldContain("id             m1\n");
        shown.ShouldContain("lease token    ");
        shown.ShouldContain("attempt        1 (15 left)\n");
        shown.ShouldContain("metadata       tenant:a\\u001b[0m\n");
        shown.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Complete_ends_a_lease_with_a_result_and_again_is_success()
    {
        var token = await _cli.LeaseAsync("jobs", "m1");

        (await _cli.RunAsync("complete", "jobs", "m1", token, "--result", "{\"bytes\":12}")).ShouldBe(
            new CliOutcome(0, "m1 completed (version 3)\n", "")
        );
        (await _cli.AskAsync("complete", "jobs", "m1", token)).GetProperty("duplicate").GetBoolean().ShouldBeTrue();
        (await _cli.AskAsync("get", "jobs", "m1")).GetProperty("result").GetProperty("bytes").GetInt32().ShouldBe(12);
    }

    [Fact]
    public async Task A_lease_token_that_is_not_current_is_refused()
    {
        await _cli.LeaseAsync("jobs", "m1");

        var outcome = await _cli.RunAsync("complete", "jobs", "m1", "0123456789abcdef", "--json");

        outcome.Code.ShouldBe(1);
        outcome.Out.ShouldBeEmpty();
        outcome.Error.ShouldStartWith("{\"error\":{\"code\":\"lease_lost\"");
    }

    [Fact]
    public async Task Fail_spends_the_attempt_and_permanently_ends_the_message()
    {
        var first = await _cli.LeaseAsync("jobs", "m1");
        (await _cli.RunAsync("fail", "jobs", "m1", first, "--error", "disk full", "--invisible", "1h")).Out.ShouldBe(
            "m1 invisible (version 3)\n"
        );
        (await _cli.RunAsync("get", "jobs", "m1")).Out.ShouldContain("error     disk full\n");

        var second = await _cli.LeaseAsync("jobs", "m2");
        (await _cli.RunAsync("fail", "jobs", "m2", second, "--permanent")).Out.ShouldBe("m2 errored (version 3)\n");
    }

    [Fact]
    public async Task Release_gives_the_attempt_back()
    {
        var token = await _cli.LeaseAsync("jobs", "m1");

        (await _cli.RunAsync("release", "jobs", "m1", token)).Out.ShouldBe("m1 pending (version 3)\n");
        (await _cli.AskAsync("get", "jobs", "m1")).GetProperty("attempt").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Extend_holds_the_lease_and_reports_progress()
    {
        var token = await _cli.LeaseAsync("jobs", "m1");

        (await _cli.RunAsync("extend", "jobs", "m1", token, "--lease", "2h", "--progress", "50")).Out.ShouldStartWith(
            "m1 running (version 2, lease expires "
        );
        (await _cli.AskAsync("get", "jobs", "m1")).GetProperty("progress").GetInt32().ShouldBe(50);
    }

    [Fact]
    public async Task Cancel_calls_off_and_redrive_calls_back()
    {
        await _cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "m1" });

        (await _cli.RunAsync("cancel", "jobs", "m1", "--reason", "not needed")).Out.ShouldBe("m1 canceled (version 2)\n");
        (await _cli.AskAsync("get", "jobs", "m1")).GetProperty("error").GetString().ShouldBe("not needed");
        (await _cli.RunAsync("redrive", "jobs", "m1")).Out.ShouldBe("m1 pending (version 3)\n");
    }

    [Fact]
    public async Task Redrive_of_all_makes_every_errored_message_pending()
    {
        foreach (var id in (string[])["a", "b"])
            await _cli.RunAsync("fail", "jobs", id, await _cli.LeaseAsync("jobs", id), "--permanent");

        (await _cli.RunAsync("redrive", "jobs", "--all")).Out.ShouldBe("made 2 pending\n");
        (await _cli.RunAsync("redrive", "jobs")).Code.ShouldBe(2);
        (await _cli.RunAsync("redrive", "jobs", "a", "--all")).Code.ShouldBe(2);
    }

    [Fact]
    public async Task Peek_lists_in_order_page_by_page_and_leases_nothing()
    {
        await _cli.Service.EnqueueAsync(
            "jobs",
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(i => new NewMessage
                    {
                        Id = $"m{i}",
                        Priority = 5 - i,
                        Payload = Payload.FromText(new string('x', 100)),
                    }),
            ]
        );

        var lines = (await _cli.RunAsync("peek", "jobs", "--limit", "2")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines[1].ShouldStartWith("m4 ");
        lines[1].TrimEnd().ShouldEndWith("…");
        lines[2].ShouldStartWith("m3 ");
        var cursor = lines[3].Split(' ')[^1];
        var next = await _cli.AskAsync("peek", "jobs", "--limit", "2", "--cursor", cursor);
        next.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetString()).ShouldBe(["m2", "m1"]);
        (await _cli.Service.GetDepthAsync("jobs", MessageState.Pending)).ShouldBe(5);
    }

    [Fact]
    public async Task Peek_can_look_at_another_state()
    {
        await _cli.RunAsync("fail", "jobs", "m1", await _cli.LeaseAsync("jobs", "m1"), "--permanent");

        (await _cli.AskAsync("peek", "jobs", "--state", "errored")).GetProperty("messages").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Depth_counts_what_matches()
    {
        await _cli.Service.EnqueueAsync(
            "jobs",
            [new NewMessage { Metadata = Metadata.Of("k", "v") }, new NewMessage(), new NewMessage { Invisible = TimeSpan.FromHours(1) }]
        );

        (await _cli.RunAsync("depth", "jobs")).ShouldBe(new CliOutcome(0, "3\n", ""));
        (await _cli.RunAsync("depth", "jobs", "--state", "pending", "--filter", "k=v")).Out.ShouldBe("1\n");
        (await _cli.AskAsync("depth", "jobs", "--state", "invisible")).GetProperty("count").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Stats_show_a_queue_in_figures()
    {
        await _cli.LeaseAsync("jobs", "m1");

        (await _cli.RunAsync("stats", "jobs")).Out.ShouldContain("running         1\n");
        (await _cli.AskAsync("stats", "jobs")).GetProperty("counts").GetProperty("running").GetInt32().ShouldBe(1);
    }
}
