using Shouldly;
using Timestone.Cli;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class EnqueueCommandTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task A_message_is_enqueued_with_all_that_is_given()
    {
        var outcome = await _cli.RunAsync(
            "enqueue", "jobs", """{"file":"a.txt"}""", "--id", "m1", "--metadata", "tenant=acme", "--metadata", "kind:image=png",
            "--priority", "-5", "--invisible", "1h", "--lease", "90");

        outcome.ShouldBe(new CliOutcome(0, "m1 invisible (version 1)\n", ""));
        var message = await _cli.Service.GetMessageAsync("jobs", "m1");
        message.Payload.ToString().ShouldBe("""{"file":"a.txt"}""");
        message.Metadata.ToString().ShouldBe("kind:image=png tenant:acme");
        message.Priority.ShouldBe(-5);
    }

    [Fact]
    public async Task A_deadline_and_a_time_of_visibility_are_RFC_3339()
    {
        await _cli.AskAsync(
            "enqueue",
            "jobs",
            "1",
            "--id",
            "m1",
            "--deadline",
            "2050-01-01T00:00:00Z",
            "--visible-at",
            "2049-12-31T23:00:00+01:00"
        );

        var message = await _cli.Service.GetMessageAsync("jobs", "m1");
        message.Deadline.ShouldBe(new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero));
        message.VisibleAt.ShouldBe(new DateTimeOffset(2049, 12, 31, 22, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("-1h", -3_600_000)]
    [InlineData("-0.5", -500)]
    [InlineData("2d", 172_800_000)]
    public async Task An_offset_is_a_duration_that_may_be_negative(string offset, long milliseconds)
    {
        await _cli.AskAsync("enqueue", "jobs", "1", "--id", "m1", "--priority-offset", offset);

        var message = await _cli.Service.GetMessageAsync("jobs", "m1");
        (message.Priority - message.EnqueuedAt.ToUnixTimeMilliseconds()).ShouldBe(milliseconds);
    }

    [Fact]
    public async Task Again_changes_nothing_and_says_so()
    {
        await _cli.RunAsync("enqueue", "jobs", "1", "--id", "m1");

        (await _cli.RunAsync("enqueue", "jobs", "1", "--id", "m1")).Out.ShouldBe("m1 pending (version 1, as before)\n");
        (await _cli.AskAsync("enqueue", "jobs", "1", "--id", "m1")).GetProperty("duplicate").GetBoolean().ShouldBeTrue();
        var other = await _cli.RunAsync("enqueue", "jobs", "2", "--id", "m1");
        other.Code.ShouldBe(1);
        other.Error.ShouldContain("(message_conflict");
    }

    [Theory]
    [InlineData("--text", PayloadKind.Json, "\"a b\"")]
    [InlineData("--bytes", PayloadKind.Bytes, "YSBi")]
    public async Task Text_and_bytes_are_said_to_be_so(string option, PayloadKind kind, string text)
    {
        await _cli.RunAsync("enqueue", "jobs", "a b", option, "--id", "m1");

        var payload = (await _cli.Service.GetMessageAsync("jobs", "m1")).Payload;
        (payload.Kind, payload.ToString()).ShouldBe((kind, text));
    }

    [Fact]
    public async Task What_is_not_JSON_is_not_taken_for_text()
    {
        var outcome = await _cli.RunAsync("enqueue", "jobs", "{a}");

        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldStartWith("timestone: The payload is not one JSON value: send text with --text, anything else with --bytes.\n");
    }

    [Fact]
    public async Task A_file_is_a_payload()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "{\"a\":1}\n");
        try
        {
            await _cli.RunAsync("enqueue", "jobs", "--file", path, "--id", "m1");
            await _cli.PipeAsync("\"x\"\n", "enqueue", "jobs", "--file", "-", "--id", "m2");

            (await _cli.Service.GetMessageAsync("jobs", "m1")).Payload.ToString().ShouldBe("{\"a\":1}");
            (await _cli.Service.GetMessageAsync("jobs", "m2")).Payload.ToString().ShouldBe("\"x\"");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_wrong_usage()
    {
        var outcome = await _cli.RunAsync("enqueue", "jobs", "--file", "/nowhere/at all");

        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldStartWith("timestone: Cannot read '/nowhere/at all': ");
    }

    [Fact]
    public async Task Lines_are_enqueued_in_batches_and_in_order()
    {
        var batches = new List<int>();
        await using var cli = new CliBench { Between = service => new BatchWatch(service, batches) };
        var input = string.Concat(Enumerable.Range(0, 2500).Select(i => $$"""{"id":"m{{i}}","payload":{{i}},"priority":{{i}}}""" + "\n"));

        (await cli.PipeAsync(input, "enqueue", "jobs")).ShouldBe(new CliOutcome(0, "enqueued 2500, there already 0, refused 0\n", ""));
        (await cli.PipeAsync(input, "enqueue", "jobs")).ShouldBe(new CliOutcome(0, "enqueued 0, there already 2500, refused 0\n", ""));

        batches.Sum().ShouldBe(5000);
        batches.Max().ShouldBe(1000);
        (await cli.Service.ListMessagesAsync("jobs", limit: 3)).Messages.Select(message => message.Id).ShouldBe(["m0", "m1", "m2"]);
    }

    [Fact]
    public async Task Lines_that_are_refused_are_named_and_do_not_hold_back_the_others()
    {
        var input = """
            {"id":"good","payload":1}

            {"id":"good","payload":2}
            not json
            {"id":"a/b"}
            {"id":"x","colour":"red"}
            {"id":"x","priority":"high"}
            {"id":"x","payload":1,"payloadBase64":"AA=="}
            {"id":"last"}
            """;

        var outcome = await _cli.PipeAsync(input, "enqueue", "jobs");

        outcome.Code.ShouldBe(1);
        outcome.Out.ShouldBe("enqueued 2, there already 0, refused 6\n");
        var errors = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        errors.Length.ShouldBe(6);
        errors[0].ShouldStartWith("timestone: line 3: ");
        errors[0].ShouldContain("(message_conflict");
        errors[1].ShouldStartWith("timestone: line 4: not JSON at byte 2: ");
        errors[2].ShouldEndWith("(invalid_argument, id)");
        errors[3].ShouldBe("timestone: line 6: a field that no message has (invalid_argument, colour)");
        errors[4].ShouldBe("timestone: line 7: a value of the wrong type (invalid_argument, priority)");
        errors[5].ShouldStartWith("timestone: line 8: Give payload or payloadBase64");
    }

    [Fact]
    public async Task In_JSON_every_line_is_answered_by_one()
    {
        var outcome = await _cli.PipeAsync("{\"id\":\"a\"}\noops\n{\"id\":\"b\"}", "enqueue", "jobs", "--json");

        outcome.Code.ShouldBe(1);
        outcome.Lines().Count.ShouldBe(3);
        outcome.Lines()[0].GetProperty("id").GetString().ShouldBe("a");
        outcome.Lines()[1].GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_argument");
        outcome.Lines()[2].GetProperty("id").GetString().ShouldBe("b");
    }

    [Fact]
    public async Task A_line_that_is_not_UTF_8_is_refused()
    {
        byte[] input = [.. "{\"id\":\"a\",\"payload\":\""u8, 0xC3, 0x28, .. "\"}\n{\"id\":\"b\"}\n"u8];

        var outcome = await _cli.RunAsync(new MemoryStream(input), ["enqueue", "jobs"]);

        outcome.Error.ShouldBe("timestone: line 1: not valid UTF-8 (invalid_argument)\n");
        outcome.Out.ShouldBe("enqueued 1, there already 0, refused 1\n");
    }

    [Theory]
    [InlineData("\n{\"id\":\"b\"}\n", 1)]
    [InlineData("", 0)]
    public async Task A_line_longer_than_any_message_is_refused_and_skipped(string rest, int enqueued)
    {
        var input = $$"""{"id":"long","payload":"{{new string('x', 24 * 1024 * 1024)}}"}""" + rest;

        var outcome = await _cli.PipeAsync(input, "enqueue", "jobs");

        outcome.Error.ShouldStartWith("timestone: line 1: The line is longer than ");
        outcome.Error.ShouldContain("(payload_too_large)");
        outcome.Out.ShouldBe($"enqueued {enqueued}, there already 0, refused 1\n");
    }

    [Fact]
    public async Task A_line_that_is_too_long_by_less_than_is_read_at_a_time_is_refused_and_skipped()
    {
        var outcome = await _cli.PipeAsync(new string('x', LineReader.MaxLineBytes + 1) + "\n{\"id\":\"b\"}\n", "enqueue", "jobs");

        outcome.Error.ShouldStartWith("timestone: line 1: The line is longer than ");
        outcome.Out.ShouldBe("enqueued 1, there already 0, refused 1\n");
    }

    [Fact]
    public async Task A_refusal_of_everything_tells_how_far_it_got()
    {
        var outcome = await _cli.PipeAsync("{\"id\":\"a\"}\n", "enqueue", "no such queue");

        outcome.Code.ShouldBe(1);
        outcome.Error.ShouldStartWith("timestone: stopped at lines 1 to 1; the lines before were answered\ntimestone: A queue's name is ");
    }

    [Fact]
    public async Task What_describes_one_message_does_not_go_with_lines()
    {
        var outcome = await _cli.PipeAsync("{}", "enqueue", "jobs", "--id", "m1");

        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldStartWith("timestone: --id is for one message");
    }

    [Fact]
    public async Task Nobody_is_left_waiting_at_a_terminal()
    {
        var outcome = await _cli.RunAsync(Stream.Null, ["enqueue", "jobs"], isTerminal: true);

        outcome.Code.ShouldBe(2);
        outcome.Error.ShouldStartWith("timestone: Give a payload, --file, or messages on standard input");
    }
}
