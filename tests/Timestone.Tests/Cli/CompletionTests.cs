using Shouldly;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class CompletionTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Theory]
    [InlineData("queue s", "show")]
    [InlineData("depth q --state pe", "pending")]
    [InlineData("comp", "complete completion")]
    [InlineData("completion z", "zsh")]
    [InlineData("work jobs --until", "--until-empty")]
    public async Task Commands_and_options_are_suggested(string line, string suggestions) =>
        (await SuggestAsync(line)).ShouldBe(suggestions.Split(' '));

    [Fact]
    public async Task The_server_s_queues_are_suggested()
    {
        await _cli.RunAsync("queue", "create", "images");
        await _cli.RunAsync("queue", "create", "invoices");

        (await SuggestAsync("dequeue i")).ShouldBe(["images", "invoices"]);
        (await SuggestAsync("queue show im")).ShouldBe(["images"]);
        (await SuggestAsync("top images in --server example:1")).ShouldBe([]);
        (await SuggestAsync("--server example:1 top images in")).ShouldBe(["invoices"]);
        _cli.Server.ShouldBe(new Uri("http://example:1"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_suggests_nothing()
    {
        await using var cli = new CliBench { Between = static _ => throw new TimestoneException(ErrorCode.Unavailable, "Away.") };

        var outcome = await cli.RunAsync("[suggest:9]", "dequeue i");

        outcome.Code.ShouldBe(0);
        outcome.Error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _timestone timestone")]
    [InlineData("zsh", "#compdef timestone")]
    [InlineData("fish", "complete -c timestone -f")]
    public async Task There_is_a_script_for_each_shell(string shell, string line) =>
        (await _cli.RunAsync("completion", shell)).Out.ShouldContain(line);

    [Fact]
    public async Task Bash_accepts_its_script_and_completes_by_it()
    {
        var script = (await _cli.RunAsync("completion", "bash")).Out;
        (await Processes.RunAsync("bash", ["-n"], script)).ShouldBe(new CliOutcome(0, "", ""));

        // As bash does at the tab key: the line, the point in it, the command, the word, the word before.
        var trial =
            script
            + $$"""
                timestone() { {{Processes.CliCommandLine}} "$@"; }
                COMP_LINE='timestone queue sho --json' COMP_POINT=19
                _timestone timestone sho queue
                echo "${COMPREPLY[@]}"
                COMP_LINE='timestone queue ' COMP_POINT=16
                _timestone timestone '' queue
                echo "${COMPREPLY[@]}"
                """;
        (await Processes.RunAsync("bash", [], trial)).ShouldBe(
            new CliOutcome(0, "show\nblock create delete list purge show unblock update\n", "")
        );
    }

    // What is suggested contains the word; what a shell offers begins with it.
    private async Task<string[]> SuggestAsync(string line)
    {
        var suggested = (await _cli.RunAsync($"[suggest:{line.Length}]", line)).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. suggested.Where(one => one.StartsWith(line.Split(' ')[^1], StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
