using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Timestone.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Cli;

/// <summary>Runs real commands by the real shell.</summary>
public sealed class WorkCommandTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Exit_code_0_completes_and_the_payload_is_standard_input()
    {
        await EnqueueAsync("m1", Payload.FromJson("{\"a\": [1]}"u8.ToArray()));

        var outcome = await WorkAsync("cat");

        outcome.Code.ShouldBe(0);
        outcome.Out.ShouldBe("{\"a\": [1]}");
        outcome.Error.ShouldStartWith("timestone: m1 completed (attempt 1, ");
        (await StateAsync("m1")).ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task Bytes_arrive_as_they_are()
    {
        await EnqueueAsync("m1", Payload.FromBytes("a\0b"u8.ToArray()));

        (await WorkAsync("od -An -c")).Out.ShouldContain("a  \\0   b");
    }

    [Fact]
    public async Task The_environment_tells_of_the_message()
    {
        await _cli.Service.EnqueueAsync(
            "jobs",
            new NewMessage
            {
                Id = "m1",
                Priority = 7,
                Metadata = Metadata.From([new("tenant-id", "acme \"x\""), new("kind", "png")]),
            }
        );

        var outcome = await WorkAsync(
            "echo $TIMESTONE_QUEUE $TIMESTONE_ID $TIMESTONE_ATTEMPT $TIMESTONE_ATTEMPTS_LEFT $TIMESTONE_PRIORITY; echo $TIMESTONE_METADATA_TENANT_ID; echo $TIMESTONE_METADATA"
        );

        outcome.Out.ShouldBe("jobs m1 1 15 7\nacme \"x\"\n{\"kind\":\"png\",\"tenant-id\":\"acme \\u0022x\\u0022\"}\n");
    }

    [Fact]
    public async Task Another_exit_code_fails_the_attempt_with_the_end_of_standard_error()
    {
        await EnqueueAsync("m1");

        var outcome = await WorkAsync("seq 1 2000 >&2; echo it broke >&2; exit 3");

        outcome.Code.ShouldBe(1);
        outcome.Error.ShouldContain("it broke\ntimestone: m1 failed (attempt 1, ");
        outcome.Error.ShouldContain(", exit code 3)\n");
        var message = await _cli.Service.GetMessageAsync("jobs", "m1");
        message.State.ShouldBe(MessageState.Invisible);
        message.Error!.Length.ShouldBeInRange(2000, 2048);
        message.Error.ShouldEndWith("1999\n2000\nit broke");
    }

    [Fact]
    public async Task A_silent_failure_is_told_by_its_exit_code()
    {
        await EnqueueAsync("m1");

        await WorkAsync("exit 3");

        (await _cli.Service.GetMessageAsync("jobs", "m1")).Error.ShouldBe("exit code 3");
    }

    [Theory]
    [InlineData("exit 65", null, MessageState.Errored)]
    [InlineData("exit 65", "9", MessageState.Invisible)]
    [InlineData("exit 9", "9", MessageState.Errored)]
    public async Task Some_exit_codes_say_that_trying_again_is_pointless(string command, string? permanent, MessageState state)
    {
        await EnqueueAsync("m1");

        (await WorkAsync(command, permanent is null ? [] : ["--permanent-exit", permanent])).Code.ShouldBe(1);

        (await StateAsync("m1")).ShouldBe(state);
    }

    [Theory]
    [InlineData("echo; echo '{\"size\": 12}'", "{\"size\": 12}", "")]
    [InlineData("true", "", "")]
    [InlineData("echo done", "", "m1 completes without a result: its output is not one JSON value")]
    [InlineData("printf '\"\\377\"'", "", "m1 completes without a result: its output is not UTF-8")]
    [InlineData("seq 1 100000", "", "m1 completes without a result: its output is longer than 4096 bytes")]
    public async Task Output_becomes_the_result_when_asked_for_and_JSON(string command, string result, string warning)
    {
        await EnqueueAsync("m1");

        var outcome = await WorkAsync(command, "--result");

        outcome.Code.ShouldBe(0);
        outcome.Out.ShouldBeEmpty();
        outcome.Error.ShouldContain(warning);
        var message = await _cli.Service.GetMessageAsync("jobs", "m1");
        (message.State, message.Result.ToString()).ShouldBe((MessageState.Completed, result));
    }

    [Fact]
    public async Task A_command_that_does_not_read_its_input_is_no_error()
    {
        await EnqueueAsync("m1", Payload.FromText(new string('x', 200_000)));

        (await WorkAsync("exit 0")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Once_takes_one_message_and_tells_when_there_is_none()
    {
        await EnqueueAsync("m1");
        await EnqueueAsync("m2");

        (await _cli.RunAsync("work", "jobs", "--exec", "true", "--once")).Code.ShouldBe(0);
        (await _cli.Service.GetDepthAsync("jobs")).ShouldBe(1);
        (await _cli.RunAsync("work", "jobs", "--exec", "true", "--once", "--filter", "a=b")).Code.ShouldBe(4);
        (await _cli.RunAsync("work", "nowhere", "--exec", "true", "--once")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Until_empty_works_through_all_several_at_a_time()
    {
        await _cli.Service.EnqueueAsync(
            "jobs",
            [
                .. Enumerable
                    .Range(0, 20)
                    .Select(i => new NewMessage { Id = $"m{i}", Metadata = Metadata.Of("parity", i % 2 == 0 ? "even" : "odd") }),
            ]
        );

        var outcome = await WorkAsync(
            "printf 'one line of '; echo $TIMESTONE_ID",
            "--concurrency",
            "4",
            "--filter",
            "parity=even",
            "--quiet"
        );

        outcome.Code.ShouldBe(0);
        outcome.Error.ShouldBeEmpty();
        outcome.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
            .ShouldBe(Enumerable.Range(0, 10).Select(i => $"one line of m{2 * i}").Order(StringComparer.Ordinal));
        (await _cli.Service.GetDepthAsync("jobs")).ShouldBe(10);
    }

    [Fact]
    public async Task In_JSON_each_command_s_end_is_a_line_and_its_output_keeps_out_of_it()
    {
        await EnqueueAsync("m1");
        await EnqueueAsync("m2");

        var outcome = await WorkAsync("echo out; test $TIMESTONE_ID = m1 || exit 65", "--json", "--worker", "w1");

        var lines = outcome.Lines();
        lines.Select(line => line.GetProperty("id").GetString()).ShouldBe(["m1", "m2"]);
        lines.Select(line => line.GetProperty("outcome").GetString()).ShouldBe(["completed", "failed_for_good"]);
        lines[1].GetProperty("exitCode").GetInt32().ShouldBe(65);
        outcome.Error.ShouldBe("out\nout\n");
        (await _cli.Service.GetMessageAsync("jobs", "m1")).Worker.ShouldBe("w1");
    }

    [Fact]
    public async Task The_first_interrupt_lets_running_commands_finish_and_takes_no_more()
    {
        using var stop = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token };
        await cli.Service.EnqueueAsync("jobs", [new NewMessage { Id = "m1", Priority = 1 }, new NewMessage { Id = "m2", Priority = 2 }]);
        using var gate = new Gate();

        var working = cli.RunAsync("work", "jobs", "--exec", gate.Command);
        await gate.EnteredAsync(working);
        await stop.CancelAsync();
        gate.Open();

        (await working).Code.ShouldBe(130);
        (await cli.Service.GetMessageAsync("jobs", "m1")).State.ShouldBe(MessageState.Completed);
        (await cli.Service.GetMessageAsync("jobs", "m2")).State.ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task What_a_command_leaves_running_does_not_hold_its_message_up_though_it_holds_the_output_open()
    {
        await EnqueueAsync("m1");

        var outcome = await WorkAsync("sleep 300 & echo $!");

        outcome.Code.ShouldBe(0);
        (await StateAsync("m1")).ShouldBe(MessageState.Completed);
        using var left = Process.GetProcessById(int.Parse(outcome.Out, CultureInfo.InvariantCulture));
        left.Kill();
    }

    [Fact]
    public async Task SIGTERM_is_passed_on_and_the_exit_code_decides()
    {
        using var stop = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token, Terminate = stop.Token };
        await cli.Service.EnqueueAsync("jobs", [new NewMessage { Id = "m1", Priority = 1 }, new NewMessage { Id = "m2", Priority = 2 }]);
        using var gate = new Gate();

        var working = cli.RunAsync("work", "jobs", "--exec", $"trap 'echo told; exit 0' TERM; {gate.Command}");
        await gate.EnteredAsync(working);
        await stop.CancelAsync();

        var outcome = await working;
        (outcome.Code, outcome.Out).ShouldBe((130, "told\n"));
        (await cli.Service.GetMessageAsync("jobs", "m1")).State.ShouldBe(MessageState.Completed);
        (await cli.Service.GetMessageAsync("jobs", "m2")).State.ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task A_command_that_SIGTERM_ends_gives_its_message_back_the_attempt_unspent()
    {
        using var stop = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token, Terminate = stop.Token };
        await cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "m1" });
        using var gate = new Gate();

        var working = cli.RunAsync("work", "jobs", "--exec", $"sh -c \"{gate.Command.Replace("'", "", StringComparison.Ordinal)}\"; true");
        await gate.EnteredAsync(working);
        await stop.CancelAsync();

        (await working).Error.ShouldStartWith("timestone: m1 killed (attempt 1, ");
        var message = await cli.Service.GetMessageAsync("jobs", "m1");
        (message.State, message.Attempt).ShouldBe((MessageState.Pending, 0));
    }

    [Fact]
    public async Task A_command_that_takes_no_notice_of_SIGTERM_is_killed_in_time()
    {
        var time = new ManualTimeProvider();
        using var stop = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token, Terminate = stop.Token, Time = time };
        await cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "m1" });
        using var gate = new Gate();

        var working = cli.RunAsync("work", "jobs", "--exec", $"trap '' TERM; {gate.Command}");
        await gate.EnteredAsync(working);
        await stop.CancelAsync();
        time.Advance(TimeSpan.FromSeconds(26));
        working.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));

        (await working).Code.ShouldBe(130);
        (await cli.Service.GetMessageAsync("jobs", "m1")).State.ShouldBe(MessageState.Pending);
    }

    [Fact]
    public async Task A_metadata_pair_that_can_have_no_variable_is_warned_of()
    {
        var metadata = Metadata.From([new("a.b", "1"), new("a-b", "2"), new("nul", "x\0y")]);
        await _cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "m1", Metadata = metadata });

        var outcome = await WorkAsync("echo $TIMESTONE_METADATA_A_B ${TIMESTONE_METADATA_NUL-none}");

        outcome.Out.ShouldBe("2 none\n");
        outcome.Error.ShouldContain(
            "timestone: m1: the metadata key 'a.b' has no variable of its own: TIMESTONE_METADATA_A_B holds that of 'a-b'"
        );
        outcome.Error.ShouldContain("timestone: m1: the metadata key 'nul' has no variable: its value has a NUL");
    }

    [Fact]
    public async Task A_result_is_as_long_as_one_may_be_without_its_last_newline()
    {
        await EnqueueAsync("m1");

        (await WorkAsync($"printf '\"%0{Limits.MaxResultBytes - 2}d\"\n' 0", "--result")).Error.ShouldNotContain("without a result");

        (await _cli.Service.GetMessageAsync("jobs", "m1")).Result.Bytes.Length.ShouldBe(Limits.MaxResultBytes);
    }

    [Fact]
    public async Task The_second_interrupt_kills_them_and_their_attempts_are_given_back()
    {
        using var stop = new CancellationTokenSource();
        using var kill = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token, Kill = kill.Token };
        await cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "m1" });
        using var gate = new Gate();

        var working = cli.RunAsync("work", "jobs", "--exec", gate.Command);
        await gate.EnteredAsync(working);
        await stop.CancelAsync();
        await kill.CancelAsync();

        var outcome = await working;
        outcome.Code.ShouldBe(130);
        outcome.Error.ShouldStartWith("timestone: m1 killed (attempt 1, ");
        var message = await cli.Service.GetMessageAsync("jobs", "m1");
        (message.State, message.Attempt).ShouldBe((MessageState.Pending, 0));
    }

    [Fact]
    public async Task A_command_whose_lease_is_lost_is_killed()
    {
        await EnqueueAsync("m1");
        using var gate = new Gate();

        var working = _cli.RunAsync("work", "jobs", "--once", "--lease", "3s", "--exec", gate.Command);
        await gate.EnteredAsync(working);
        await _cli.Service.CancelAsync("jobs", "m1");

        var outcome = await working;
        outcome.Code.ShouldBe(1);
        outcome.Error.ShouldContain("The lease of message m1 of queue jobs is lost (LeaseLost)");
        outcome.Error.ShouldContain("timestone: m1 killed (attempt 1, ");
        (await StateAsync("m1")).ShouldBe(MessageState.Canceled);
    }

    [Fact]
    public async Task A_lease_is_extended_while_the_command_runs()
    {
        var extended = new TaskCompletionSource();
        await using var cli = new CliBench { Between = service => new ExtensionWatch(service, extended) };
        await cli.Service.EnqueueAsync("jobs", new NewMessage { Id = "m1" });
        using var gate = new Gate();

        var working = cli.RunAsync("work", "jobs", "--once", "--lease", "2s", "--exec", gate.Command);
        await gate.EnteredAsync(working);
        await extended.Task;
        gate.Open();

        (await working).Code.ShouldBe(0);
    }

    private Task<CliOutcome> WorkAsync(string command, params string[] options) =>
        _cli.RunAsync(["work", "jobs", "--until-empty", "--exec", command, .. options]);

    private Task<MessageResult> EnqueueAsync(string id, Payload payload = default) =>
        _cli.Service.EnqueueAsync("jobs", new NewMessage { Id = id, Payload = payload });

    private async Task<MessageState> StateAsync(string id) => (await _cli.Service.GetMessageAsync("jobs", id)).State;

    private sealed class ExtensionWatch(ITimestone inner, TaskCompletionSource extended) : ForwardingTimestone(inner)
    {
        public override async Task<IReadOnlyList<MessageResult>> ExtendAsync(
            string queue,
            IReadOnlyList<LeaseExtension> extensions,
            CancellationToken cancellationToken = default
        )
        {
            var results = await base.ExtendAsync(queue, extensions, cancellationToken);
            extended.TrySetResult();
            return results;
        }
    }
}
