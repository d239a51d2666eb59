using System.Text.RegularExpressions;
using Shouldly;
using Timestone.Tests.Support;
using Timestone.Tests.Tidy;
using Xunit;

namespace Timestone.Tests.Docs;

/// <summary>
/// The commands of README.md and docs/ do what the pages say: each one runs here, in the order of its page, or is named in a list with the
/// reason why not.
/// </summary>
[Slow]
public sealed partial class CommandTests
{
    private const string Start = "dotnet run --project server";

    // How commands begin that do not run here, and why.
    private static readonly (string Command, string Reason)[] NotRun =
    [
        ("dotnet test", "These are the tests."),
        ("dotnet pack", "The other commands run the program as it was built."),
        ("dotnet tool install", "It changes what the user has installed."),
        ("dotnet new", "It needs a registry of packages; DocsSnippetsTests runs the program that these lines begin."),
        ("dotnet add", "As above."),
        ("dotnet run --project server -- --redis", "It needs Redis; RedisServerOptionTests starts servers so."),
        ("dotnet run --project server -- --kafka", "It needs Kafka and Elasticsearch; KafkaFlowTests starts servers so."),
        ("dotnet run --project server -- --urls https", "It needs a certificate; TlsTests starts servers so."),
        ("export Timestone__", "It needs a Kafka with accounts; ClosedServicesTests has one."),
        ("dotnet run --project silo", "The tests of Timestone.Orleans.Tests start silos."),
        ("dotnet run --project aspire", "The tests of Timestone.AppHost.Tests start the app host."),
        ("dotnet run --project samples/aspire-mailer/apphost", "As above."),
        ("ConnectionStrings__redis=", "As above."),
        ("dotnet run -c Release --project bench", "A benchmark takes minutes."),
        ("samples/gzip-docs/run", "It takes minutes, and kills servers: FileFaultTests does that, too."),
        ("timestone inspect", "It needs Redis; InspectTests runs it."),
        ("timestone verify-index", "It needs Kafka and Elasticsearch; RepairCommandTests runs it."),
        ("timestone reindex", "It needs Elasticsearch; ReindexCommandTests runs it."),
        ("timestone queue purge", "It asks on a terminal; QueueCommandTests answers."),
        ("source <(timestone completion zsh)", "It needs another shell; CompletionTests has it."),
        ("timestone completion fish", "As above."),
    ];

    // What a page takes for granted besides a server.
    private static readonly Dictionary<string, string> Given = new() { ["docs/concepts.md"] = "timestone queue create emails" };

    private static readonly IReadOnlyList<PageCommand> Commands =
    [
        .. Repository
            .Files(".md")
            .Where(static page => page == "README.md" || page.StartsWith("docs/", StringComparison.Ordinal))
            .SelectMany(static page => PageCommand.Of(page, Repository.Read(page))),
    ];

    public static TheoryData<string> Pages => [.. Commands.Where(Runs).Select(static command => command.Page).Distinct()];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_commands_of_a_page_do_what_it_says(string page)
    {
        Needs.Shell();
        List<PageCommand> commands = [.. Commands.Where(command => command.Page == page && Runs(command))];
        if (commands.Exists(static command => command.Text.StartsWith("grpcurl", StringComparison.Ordinal)))
            Needs.Services();
        if (Given.TryGetValue(page, out var given))
            commands.Insert(0, new PageCommand(page, given, null));
        if (!commands[0].Text.StartsWith(Start, StringComparison.Ordinal))
            commands.Insert(0, new PageCommand(page, Start, null));

        using var shell = new PageShell();
        var outcomes = await shell.RunAsync(commands);

        commands
            .Zip(outcomes, static (command, outcome) => (command.Text, outcome, IsKept: IsKept(command, outcome)))
            .Where(static each => !each.IsKept)
            .Select(static each => $"{each.Text}\nexit code {each.outcome.Code}\n{each.outcome.Output}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void Only_commands_that_are_there_are_listed_as_not_run()
    {
        NotRun
            .Where(static each => !Commands.Any(command => command.Text.StartsWith(each.Command, StringComparison.Ordinal)))
            .ShouldBeEmpty();
        Pages.Count.ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task A_command_that_fails_and_an_output_that_is_another_one_are_found()
    {
        Needs.Shell();
        using var shell = new PageShell();
        const string page = "```sh\nfalse\n```\n```console\n$ echo one \\\n  two\nthree\n$ exit 1\n$ echo four\nfour\n```\n";
        List<PageCommand> commands = [.. PageCommand.Of("planted.md", page)];
        var outcomes = await shell.RunAsync(commands);
        outcomes.ShouldBe([("1", ""), ("0", "one two\n"), (null, ""), (null, "")]);
        commands.Zip(outcomes, IsKept).ShouldAllBe(static kept => !kept);
        IsKept(new PageCommand("planted.md", "echo", "one  two"), outcomes[1]).ShouldBeTrue();
    }

    private static bool Runs(PageCommand command) =>
        !NotRun.Any(each => command.Text.StartsWith(each.Command, StringComparison.Ordinal));

    // What shows its output may fail, as an example of that.
    private static bool IsKept(PageCommand command, (string? Code, string Output) outcome) => command.Output is null
        ? outcome.Code == "0"
        : outcome.Code is not null && Comparable(outcome.Output) == Comparable(command.Output);

    // Times, tokens and rates differ from run to run, and with them the width of columns.
    private static string Comparable(string output)
    {
        var lines = LineEnds().Replace(Varying().Replace(output, "*"), "\n");
        return Blanks().Replace(lines, " ").Trim();
    }

    [GeneratedRegex(
        """
            \d{4}-\d\d-\d\dT[\d:.]+Z # a time
            | \b\d{13}\b # a time in milliseconds
            | \b[0-9a-f]{16}\b # a lease token
            | \b\d+ms\b | \b\d+(\.\d+)?m?s(?=\s+\d+$) # how long it took, how old the oldest message is
            | \b\d+\.\d\b # a rate
            | (?<="bytes":)\d+ # the length of a file of the machine
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Multiline
    )]
    private static partial Regex Varying();

    [GeneratedRegex(" *\n")]
    private static partial Regex LineEnds();

    [GeneratedRegex(" +")]
    private static partial Regex Blanks();
}
