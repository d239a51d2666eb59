using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Shouldly;
using Timestone.Tests.Api;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Cli;

/// <summary>The program as a process, where its frame shows: arguments, streams, exit codes.</summary>
[Slow]
public sealed class ProcessTests(ApiServer server) : IClassFixture<ApiServer>
{
    private string Address => server.BaseAddress.ToString();

    [Fact]
    public async Task Help_is_on_standard_output() => (await Processes.RunCliAsync("--help")).Out.ShouldContain("Exit codes:");

    [Fact]
    public async Task Wrong_usage_is_on_standard_error_with_exit_code_2()
    {
        var outcome = await Processes.RunCliAsync("dequeue");

        outcome.ShouldBe(
            new CliOutcome(2, "", "timestone: Required argument 'queue' missing for command: 'dequeue'.\nSee 'timestone dequeue --help'.\n")
        );
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_exit_code_3()
    {
        // Bound, so that nobody else listens there, and not listening.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var outcome = await Processes.RunCliAsync("queue", "list", "--retry-for", "0", "--server", socket.LocalEndPoint!.ToString()!);

        outcome.Code.ShouldBe(3);
        outcome.Error.ShouldStartWith($"timestone: cannot reach http://{socket.LocalEndPoint}: is the server running?");
    }

    [Fact]
    public async Task Messages_go_in_by_one_pipe_and_out_by_another()
    {
        var queue = ApiServer.NewQueue();

        var enqueued = await Processes.RunCliAsync(
            ["enqueue", queue, "--server", Address],
            "{\"id\":\"a\",\"payload\":\"é\"}\n{\"id\":\"b\"}\n{"
        );
        enqueued.Code.ShouldBe(1);
        enqueued.Out.ShouldBe("enqueued 2, there already 0, refused 1\n");
        enqueued.Error.ShouldStartWith("timestone: line 3: not JSON at byte ");

        var dequeued = await Processes.RunCliAsync("dequeue", queue, "--max", "10", "--json", "--server", Address);
        dequeued
            .Document()
            .GetProperty("messages")
            .EnumerateArray()
            .Select(message => message.GetProperty("id").GetString())
            .ShouldBe(["a", "b"]);
        dequeued.Out.ShouldContain("\"payload\":\"é\"");
        (await Processes.RunCliAsync("dequeue", queue, "--server", Address)).Code.ShouldBe(4);
    }

    [Theory]
    [InlineData("queue list > /dev/full", 74, "timestone: the output cannot be written: No space left on device")]
    [InlineData("--help > /dev/full", 74, "timestone: the output cannot be written: No space left on device")]
    [InlineData("queue show nowhere 2> /dev/full", 1, "")]
    public async Task Output_that_cannot_be_written_is_told_in_one_line(string line, int code, string error)
    {
        var outcome = await Processes.RunAsync("/bin/sh", ["-c", $"TIMESTONE_SERVER={Address} {Processes.CliCommandLine} {line}"]);

        (outcome.Code, outcome.Error.TrimEnd('\n')).ShouldBe((code, error));
    }

    [Fact]
    public async Task A_command_without_end_ends_when_nobody_reads_it()
    {
        var command = $"{{ TIMESTONE_SERVER={Address} {Processes.CliCommandLine} top --json --interval 10ms; echo $? >&2; }} | head -1";

        var outcome = await Processes.RunAsync("/bin/sh", ["-c", command]);

        outcome.Out.ShouldStartWith("{\"at\":");
        outcome.Error.ShouldBe("141\n");
    }

    [Theory]
    [InlineData("> /dev/full")]
    [InlineData("2> /dev/full")]
    [InlineData("--json > /dev/full 2>&1")]
    public async Task What_cannot_be_written_never_decides_about_a_message(string where)
    {
        var queue = ApiServer.NewQueue();
        await Processes.RunCliAsync(["enqueue", queue, "--server", Address], "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");

        var outcome = await Processes.RunAsync(
            "/bin/sh",
            ["-c", $"{Processes.CliCommandLine} work {queue} --server {Address} --exec 'seq 1 100000; echo x >&2' --until-empty {where}"]
        );

        outcome.Code.ShouldBe(74);
        foreach (var id in (string[])["a", "b"])
            (await Processes.RunCliAsync("get", queue, id, "--json", "--server", Address))
                .Document()
                .GetProperty("state")
                .GetString()
                .ShouldBe("completed");
    }

    [Fact]
    public async Task A_terminal_s_interrupt_goes_to_the_worker_and_not_to_its_command()
    {
        var queue = ApiServer.NewQueue();
        await Processes.RunCliAsync("enqueue", queue, "1", "--id", "m1", "--server", Address);
        using var gate = new Gate();
        var started = new TaskCompletionSource<int>();

        // What a terminal interrupts is a whole process group.
        var line =
            $"exec setsid {Processes.CliCommandLine} work {queue} --server {Address} --exec \"{gate.Command.Replace("'", "", StringComparison.Ordinal)}\"";
        var working = Processes.RunAsync("/bin/sh", ["-c", line], "", process => started.SetResult(process.Id));
        await gate.EnteredAsync(working);
        await Processes.RunAsync("kill", ["-INT", "--", $"-{await started.Task}"]);
        gate.Open();

        (await working).Error.ShouldStartWith("timestone: m1 completed (attempt 1, ");
    }

    [Fact]
    public async Task A_worker_that_is_interrupted_lets_its_command_finish()
    {
        var queue = ApiServer.NewQueue();
        await Processes.RunCliAsync("enqueue", queue, "1", "--id", "m1", "--server", Address);
        using var gate = new Gate();
        var started = new TaskCompletionSource<int>();

        var working = Processes.RunCliAsync(
            ["work", queue, "--exec", gate.Command, "--server", Address],
            "",
            process => started.SetResult(process.Id)
        );
        await gate.EnteredAsync(working);
        await Processes.RunAsync("kill", ["-INT", (await started.Task).ToString(CultureInfo.InvariantCulture)]);
        gate.Open();

        var outcome = await working;
        outcome.Code.ShouldBe(130);
        outcome.Error.ShouldStartWith("timestone: m1 completed (attempt 1, ");
        (await Processes.RunCliAsync("get", queue, "m1", "--json", "--server", Address))
            .Document()
            .GetProperty("state")
            .GetString()
            .ShouldBe("completed");
    }
}
