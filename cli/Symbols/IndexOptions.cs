using System.CommandLine;

namespace Timestone.Cli;

/// <summary>What the commands that read the index share.</summary>
internal static class IndexOptions
{
    public static Option<string?> Queue(CliHost host)
    {
        var option = new Option<string?>("--queue") { Description = "Only messages of this queue.", HelpName = "queue" };
        option.CompletionSources.Add(context => QueueNames.Of(host, context));
        return option;
    }

    public static Option<string?> Cursor() =>
        new("--cursor") { Description = "The cursor of the page before, to go on.", HelpName = "cursor" };

    public static Option<IndexedWrite?> After() => new("--after")
    {
        Description = "A write that must be included, by the version that its answer gave.",
        HelpName = "queue/id/version",
        CustomParser = Parsers.Write,
    };

    public static Option<TimeSpan?> Wait() => CommonOptions.Duration("--wait", "How long to wait for --after, at most 30s (10s).");

    /// <summary>How a page goes on, and what a person should know of how fresh it is.</summary>
    public static void WriteEnd(TextWriter output, string? next, Freshness freshness)
    {
        if (next is not null)
            output.WriteLine($"More: --cursor {next}");
        if (freshness.Lag is not { } lag)
            output.WriteLine("How far the index is behind is not known.");
        else if (lag > TimeSpan.Zero)
            output.WriteLine($"The index is {Durations.Rough(lag)} behind.");
        if (freshness.Incomplete)
            output.WriteLine("The index has missed transitions: rebuild it.");
    }
}
