using System.Net;
using System.Net.Sockets;
using Shouldly;
using Timestone.Cli;
using Timestone.Client;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class UsageTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Theory]
    [InlineData("queue create", "q")]
    [InlineData("queue list", "")]
    [InlineData("queue show", "q")]
    [InlineData("queue update", "q --lease 5s")]
    [InlineData("queue block", "q")]
    [InlineData("queue unblock", "q")]
    [InlineData("queue purge", "q --state all --yes")]
    [InlineData("queue delete", "q --yes")]
    [InlineData("enqueue", "q 1")]
    [InlineData("dequeue", "q")]
    [InlineData("complete", "q id token")]
    [InlineData("fail", "q id token")]
    [InlineData("release", "q id token")]
    [InlineData("extend", "q id token")]
    [InlineData("cancel", "q id")]
    [InlineData("get", "q id")]
    [InlineData("peek", "q")]
    [InlineData("redrive", "q --all")]
    [InlineData("depth", "q")]
    [InlineData("stats", "q")]
    [InlineData("work", "q --once --exec true")]
    [InlineData("top", "--once")]
    public async Task Every_command_reaches_the_server_it_is_told_to(string command, string arguments)
    {
        await _cli.RunAsync([.. $"{command} {arguments} --server example:1234".Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        _cli.Server.ShouldBe(new Uri("http://example:1234"));

        var help = await _cli.RunAsync([.. command.Split(' '), "--help"]);
        help.Code.ShouldBe(0);
        help.Out.ShouldContain($" {command} ");
    }

    [Fact]
    public async Task Help_lists_the_exit_codes() =>
        (await _cli.RunAsync("--help")).Out.ShouldContain("4 nothing was dequeued; 74 output that cannot be written; 130 interrupted.");

    [Theory]
    [InlineData("enqueue <queue> [<payload>]  ")]
    [InlineData("redrive <queue> [<id>]  ")]
    [InlineData("top [<queue>]  ")]
    [InlineData("complete <queue> <id> <lease-token>  ")]
    public async Task Help_marks_what_may_be_left_out(string command)
    {
        var help = await _cli.RunAsync("--help");

        help.Out.ShouldContain($"\n  {command}");
        var commands = help.Out[help.Out.IndexOf("Commands:", StringComparison.Ordinal)..]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1);
        commands.Select(static line => line.LastIndexOf("  ", StringComparison.Ordinal)).Distinct().Count().ShouldBe(1, help.Out);
    }

    [Theory]
    [InlineData("quue list", "Did you mean 'queue'?")]
    [InlineData("queue lst", "Did you mean 'list'?")]
    [InlineData("enqeue q 1", "Did you mean 'enqueue'?")]
    public async Task A_mistyped_command_is_told_what_it_may_mean(string line, string question)
    {
        var outcome = await _cli.RunAsync(line.Split(' '));

        outcome.Code.ShouldBe(2);
        outcome.Error.Split('\n').ShouldContain(question);
    }

    [Theory]
    [InlineData("http://ada:secret@example")]
    [InlineData("http://example/?a=b")]
    [InlineData("http://example/#a")]
    public async Task An_address_is_that_of_a_server_and_a_password_in_it_is_not_repeated(string address) =>
        (await _cli.RunAsync("queue", "list", "--server", address)).ShouldBe(new CliOutcome(
            2, "", "timestone: --server: an address has no user, password, query or fragment.\nSee 'timestone queue list --help'.\n"));

    [Fact]
    public async Task A_file_without_end_is_no_payload() =>
        (await _cli.RunAsync("enqueue", "q", "--file", "/dev/full")).ShouldBe(
            new CliOutcome(
                2,
                "",
                "timestone: '/dev/full' is larger than 16777216 bytes, the most that a payload may have.\nSee 'timestone enqueue --help'.\n"
            )
        );

    [Theory]
    [InlineData("stats nowhere")]
    [InlineData("top nowhere --once")]
    [InlineData("history nowhere m1")]
    public async Task A_queue_that_does_not_exist_is_refused(string line) =>
        (await _cli.RunAsync(line.Split(' '))).ShouldBe(
            new CliOutcome(1, "", "timestone: There is no queue 'nowhere' (queue_not_found, queue)\n")
        );

    [Fact]
    public async Task The_server_is_the_environment_s_and_else_the_local_one()
    {
        await _cli.RunAsync("queue", "list");
        _cli.Server.ShouldBe(new Uri("http://127.0.0.1:7070"));

        _cli.Environment["TIMESTONE_SERVER"] = "https://queues.example/base";
        await _cli.RunAsync("queue", "list");
        _cli.Server.ShouldBe(new Uri("https://queues.example/base"));

        await _cli.RunAsync("queue", "list", "--server", "one:1,https://other:2");
        _cli.Servers.ShouldBe([new Uri("http://one:1"), new Uri("https://other:2")]);

        _cli.Environment["TIMESTONE_SERVER"] = "ftp://queues.example";
        (await _cli.RunAsync("queue", "list")).Error.ShouldStartWith("timestone: --server: 'ftp://queues.example' is not an address");
    }

    [Theory]
    [InlineData("nonsense", "Unrecognized command or argument 'nonsense'.", "")]
    [InlineData("queue show", "Required argument 'queue' missing for command: 'show'.", "queue show ")]
    [InlineData(
        "dequeue q --wait soon",
        "--wait: 'soon' is not a duration such as 250ms, 30s, 5m, 1h, 7d or a number of seconds.",
        "dequeue "
    )]
    [InlineData("dequeue q --wait -5", "--wait: '-5' is not a duration such as 250ms, 30s, 5m, 1h, 7d or a number of seconds.", "dequeue ")]
    [InlineData("dequeue q --max many", "--max: 'many' is not a whole number, or too large a one.", "dequeue ")]
    [InlineData("dequeue q --filter tenant", "--filter: 'tenant' is not key=value or key:value.", "dequeue ")]
    [InlineData("depth q --filter a=1 --filter a=2", "--filter: The metadata key 'a' stands twice.", "depth ")]
    [InlineData(
        "depth q --state lost",
        "--state: 'lost' is not one of invisible, pending, running, completed, canceled, errored.",
        "depth "
    )]
    [InlineData(
        "enqueue q 1 --deadline 2026-01-01T00:00:00",
        "--deadline: '2026-01-01T00:00:00' is not an RFC 3339 time with seconds and an offset such as 2026-01-31T12:00:00Z.",
        "enqueue "
    )]
    [InlineData(
        "enqueue q 1 --priority-offset --1h",
        "--priority-offset: '--1h' is not a duration such as 250ms, 30s, 5m, 1h, 7d or a number of seconds, with or without '-' before it.",
        "enqueue "
    )]
    [InlineData("complete q id token --result {", "--result: '{' is not a JSON value.", "complete ")]
    [InlineData("completion csh", "shell: 'csh' is not one of bash, zsh, fish.", "completion ")]
    [InlineData("queue purge q", "Option '--state' is required.", "queue purge ")]
    [InlineData(
        "queue purge q --state running",
        "--state: 'running' is not one of all, invisible, pending, completed, canceled, errored.",
        "queue purge "
    )]
    [InlineData("queue purge q --state all", "This cannot be undone, and there is no terminal to ask on: say --yes.", "queue purge ")]
    [InlineData("queue delete q", "This cannot be undone, and there is no terminal to ask on: say --yes.", "queue delete ")]
    [InlineData("work q", "Option '--exec' is required.", "work ")]
    [InlineData("work q --exec true --once --until-empty", "Give --once or --until-empty, not both.", "work ")]
    [InlineData("work q --exec true --concurrency 0", "--concurrency: 0 is out of range.", "work ")]
    [InlineData("enqueue q 1 --file x", "Give a payload or --file, not both.", "enqueue ")]
    [InlineData("top --interval 0", "--interval must be more than 0.", "top ")]
    public async Task Wrong_usage_is_one_line_and_where_to_read_on(string line, string what, string command)
    {
        var outcome = await _cli.RunAsync(line.Split(' '));

        outcome.ShouldBe(new CliOutcome(2, "", $"timestone: {what}\nSee 'timestone {command}--help'.\n"));
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("1.5s", 1500)]
    [InlineData("90", 90_000)]
    [InlineData("0.5", 500)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("7d", 604_800_000)]
    public void Durations_are_numbers_with_a_unit(string text, long milliseconds)
    {
        Durations.TryParse(text, out var duration).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
        Durations.TryParse(Durations.Exact(duration), out var again).ShouldBeTrue();
        again.ShouldBe(duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1x")]
    [InlineData("1h30m")]
    [InlineData("-1s")]
    [InlineData("99999999999999999999d")]
    public void What_is_no_duration_is_refused(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public async Task A_server_that_is_not_there_is_told_so_in_one_line()
    {
        // Bound, so that nobody else listens there, and not listening.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await using var cli = new CliBench
        {
            Between = _ => new TimestoneClient(
                new TimestoneClientOptions { Address = new Uri($"http://127.0.0.1:{port}"), RetryFor = TimeSpan.Zero }
            ),
        };

        var outcome = await cli.RunAsync("queue", "list", "--server", $"http://127.0.0.1:{port}");

        outcome.Code.ShouldBe(3);
        outcome.Error.ShouldBe(
            $"timestone: cannot reach http://127.0.0.1:{port}: is the server running? Start it with timestone-server, or name another one with --server or TIMESTONE_SERVER (unavailable)\n"
        );
        (await cli.RunAsync("queue", "list", "--json")).Error.ShouldStartWith("{\"error\":{\"code\":\"unavailable\"");
        (await cli.RunAsync("work", "jobs", "--once", "--exec", "true")).Code.ShouldBe(3);
    }

    [Fact]
    public async Task An_interrupted_command_says_so_by_its_exit_code()
    {
        using var interrupt = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = interrupt.Token };
        await cli.RunAsync("queue", "create", "jobs");

        var waiting = cli.RunAsync("dequeue", "jobs", "--wait", "30s");
        await interrupt.CancelAsync();

        (await waiting).ShouldBe(new CliOutcome(130, "", ""));
    }
}
