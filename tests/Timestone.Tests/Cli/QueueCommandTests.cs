using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class QueueCommandTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Create_sets_every_setting_but_the_blocks()
    {
        var outcome = await _cli.RunAsync(
            "queue", "create", "jobs", "--exclusive", "tenant.id", "--lease", "12345ms", "--invisible", "1500ms", "--max-attempts", "7",
            "--backoff", "fixed", "--backoff-initial", "250ms", "--backoff-max", "90s", "--retention", "2d", "--errored-retention", "3d",
            "--max-errored", "20000000000", "--max-depth", "10000000000", "--max-payload-bytes", "1234", "--publish-payloads");

        outcome.ShouldBe(new CliOutcome(0, "created jobs\n", ""));
        (await _cli.Service.GetQueueAsync("jobs")).Settings.ShouldBe(
            UnusualSettings.All with
            {
                EnqueueBlocked = false,
                DequeueBlocked = false,
            }
        );
    }

    [Fact]
    public async Task Create_again_with_the_same_settings_succeeds_and_with_others_is_refused()
    {
        await _cli.RunAsync("queue", "create", "jobs");

        (await _cli.RunAsync("queue", "create", "jobs")).ShouldBe(new CliOutcome(0, "jobs exists already with these settings\n", ""));
        var other = await _cli.RunAsync("queue", "create", "jobs", "--lease", "5s");
        other.Code.ShouldBe(1);
        other.Error.ShouldBe("timestone: Queue 'jobs' exists with other settings. Different: leaseSeconds (queue_exists, queue)\n");
    }

    [Fact]
    public async Task A_setting_out_of_range_is_refused_with_its_name()
    {
        var outcome = await _cli.RunAsync("queue", "create", "jobs", "--lease", "1ms");

        outcome.Code.ShouldBe(1);
        outcome.Error.ShouldBe("timestone: leaseSeconds must be 0.1 to 43200 (invalid_argument, leaseSeconds)\n");
    }

    [Fact]
    public async Task List_shows_every_queue_in_order()
    {
        await _cli.RunAsync("queue", "create", "b");
        await _cli.RunAsync("queue", "create", "a", "--exclusive", "tenant");

        var lines = (await _cli.RunAsync("queue", "list")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldStartWith("QUEUE");
        lines[1].ShouldStartWith("a      exclusive by tenant");
        lines[2].ShouldStartWith("b      simple");
        (await _cli.AskAsync("queue", "list")).GetProperty("queues").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Show_tells_a_queue_s_settings()
    {
        await _cli.RunAsync("queue", "create", "jobs", "--lease", "90s");

        (await _cli.RunAsync("queue", "show", "jobs")).Out.ShouldContain("lease         90s\n");
        (await _cli.RunAsync("queue", "show", "jobs")).Out.ShouldContain("retention     1h, errored 14d\nmax errored   1000000\n");
        (await _cli.AskAsync("queue", "show", "jobs")).GetProperty("settings").GetProperty("leaseSeconds").GetInt32().ShouldBe(90);
    }

    [Fact]
    public async Task Update_changes_only_what_is_given_even_of_the_backoff()
    {
        await _cli.RunAsync("queue", "create", "jobs", "--backoff-initial", "3s", "--max-attempts", "7");

        (await _cli.AskAsync("queue", "update", "jobs", "--backoff-max", "1h", "--lease", "1m"))
            .GetProperty("name")
            .GetString()
            .ShouldBe("jobs");

        (await _cli.Service.GetQueueAsync("jobs")).Settings.ShouldBe(new QueueSettings
        {
            MaxAttempts = 7,
            Lease = TimeSpan.FromMinutes(1),
            Backoff = new Backoff { Initial = TimeSpan.FromSeconds(3), Max = TimeSpan.FromHours(1) },
        });
    }

    [Fact]
    public async Task Update_of_nothing_is_wrong_usage()
    {
        var outcome = await _cli.RunAsync("queue", "update", "jobs");

        outcome.ShouldBe(
            new CliOutcome(2, "", "timestone: Nothing to change: give at least one setting.\nSee 'timestone queue update --help'.\n")
        );
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("--enqueue", true, false)]
    [InlineData("--dequeue", false, true)]
    [InlineData("--enqueue --dequeue", true, true)]
    public async Task Block_and_unblock_turn_what_is_named_or_both(string options, bool enqueue, bool dequeue)
    {
        await _cli.RunAsync("queue", "create", "jobs");
        var given = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        (await _cli.RunAsync(["queue", "block", "jobs", .. given])).Code.ShouldBe(0);
        var settings = (await _cli.Service.GetQueueAsync("jobs")).Settings;
        (settings.EnqueueBlocked, settings.DequeueBlocked).ShouldBe((enqueue, dequeue));

        (await _cli.RunAsync(["queue", "unblock", "jobs", .. given])).ShouldBe(new CliOutcome(0, "jobs: blocked: -\n", ""));
        (await _cli.Service.GetQueueAsync("jobs")).Settings.ShouldBe(new QueueSettings());
    }

    [Fact]
    public async Task Purge_removes_the_messages_of_a_state()
    {
        await _cli.Service.EnqueueAsync("jobs", [new NewMessage(), new NewMessage(), new NewMessage { Invisible = TimeSpan.FromHours(1) }]);

        (await _cli.RunAsync("queue", "purge", "jobs", "--state", "invisible", "--yes")).ShouldBe(
            new CliOutcome(0, "removed 1 message (1 invisible)\n", "")
        );
        (await _cli.AskAsync("queue", "purge", "jobs", "--state", "all", "-y")).GetProperty("pending").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("y\n", 0)]
    [InlineData(" Yes\n", 0)]
    [InlineData("\n", 3)]
    [InlineData("no\n", 3)]
    [InlineData("", 3)]
    public async Task A_purge_on_a_terminal_asks_first(string answer, int left)
    {
        await _cli.Service.EnqueueAsync("jobs", [new NewMessage(), new NewMessage(), new NewMessage { Invisible = TimeSpan.FromHours(1) }]);

        var outcome = await _cli.TypeAsync(answer, "queue", "purge", "jobs", "--state", "all");

        outcome.Error.ShouldStartWith("Removes 3 messages (1 invisible, 2 pending) of queue jobs. This cannot be undone. Go on? [y/N] ");
        outcome.Code.ShouldBe(left == 0 ? 0 : 1);
        (await _cli.Service.GetStatsAsync("jobs")).Counts.Total.ShouldBe(left);
    }

    [Fact]
    public async Task A_delete_on_a_terminal_asks_first()
    {
        await _cli.Service.EnqueueAsync("jobs", new NewMessage());

        var kept = await _cli.TypeAsync("n\n", "queue", "delete", "jobs");
        kept.ShouldBe(
            new CliOutcome(
                1,
                "",
                "Deletes queue jobs with 1 message (1 pending). This cannot be undone. Go on? [y/N] timestone: nothing was changed\n"
            )
        );
        (await _cli.TypeAsync("y\n", "queue", "delete", "jobs")).Out.ShouldBe("deleted jobs\n");
        (await _cli.RunAsync("queue", "show", "jobs")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task A_question_is_given_up_when_the_user_interrupts()
    {
        using var stop = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token };
        await cli.Service.EnqueueAsync("jobs", new NewMessage());
        using var silence = new Silence(stop);

        (await cli.RunAsync(silence, ["queue", "delete", "jobs"], isTerminal: true)).Code.ShouldBe(130);
        (await cli.Service.GetStatsAsync("jobs")).Counts.Total.ShouldBe(1);
    }

    [Fact]
    public async Task Delete_removes_the_queue()
    {
        await _cli.RunAsync("queue", "create", "jobs");

        (await _cli.AskAsync("queue", "delete", "jobs", "--yes")).GetProperty("deleted").GetString().ShouldBe("jobs");
        (await _cli.RunAsync("queue", "show", "jobs")).Code.ShouldBe(1);
    }

    // Standard input on which nobody types: asks to stop when it is read.
    private sealed class Silence(CancellationTokenSource stop) : MemoryStream
    {
        private readonly ManualResetEventSlim _over = new();

        public override int Read(byte[] buffer, int offset, int count)
        {
            stop.Cancel();
            _over.Wait();
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            _over.Set();
            base.Dispose(disposing);
        }
    }
}
