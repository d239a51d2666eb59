using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Indexing.Elasticsearch;
using Timestone.Kafka;
using Timestone.Kafka.Clients;

namespace Timestone.Cli;

/// <summary>Compares the indices in Elasticsearch with the queues as fast as it goes, and repairs what differs.</summary>
internal static class IndexRepairer
{
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    /// <exception cref="ForeignIndexException">The index is not marked as this service's.</exception>
    /// <exception cref="IOException">Elasticsearch or Kafka cannot be reached or refuses.</exception>
    public static async Task<RepairedIndex> RunAsync(
        ITimestone timestone,
        ElasticsearchOptions elasticsearch,
        KafkaOptions? kafka,
        string? queue,
        TimeSpan wait,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        using var connection = new ElasticsearchConnection(elasticsearch, time);
        var archive = kafka is null ? null : new KafkaArchive(kafka, NullLogger<KafkaArchive>.Instance);
        var differences = new List<Difference>();
        var options = new ScrubOptions { Settle = wait, Patience = wait + TimeSpan.FromMinutes(1) };
        var report = await new IndexScrub(connection, timestone, options, archive, new Listed(differences))
            .RunAsync(queue, cancellationToken)
            .ConfigureAwait(false);
        return new RepairedIndex(report, differences);
    }

    /// <summary>For people.</summary>
    public static void Write(TextWriter output, RepairedIndex repaired)
    {
        var (report, differences) = repaired;
        foreach (var one in differences)
            output.WriteLine(
                $"{one.Queue}/{one.Id} version {one.Version} {NameOf(one.Kind)}: {(one.IsRepaired ? "repaired" : NotRepaired(one.Kind))}"
            );
        foreach (var queue in report.Unread)
            output.WriteLine($"the queue {queue} cannot be read, and was not compared");
        if (report.Failed > 0)
            output.WriteLine($"{Text.Number(report.Failed)} messages could not be compared, the last of them {report.Failure}");
        if (report.Undecided > 0)
            output.WriteLine(
                $"{Text.Number(report.Undecided)} messages could not be compared: the index is too far behind, or they change too fast"
            );
        output.WriteLine(
            $"{Text.Number(report.Messages)} messages of {Text.Number(report.Queues)} queues compared, {(report.Found.Total == 0 ? "no differences" : Counts(report))}"
        );
        if (report.Found.Transitions > report.Repaired.Transitions)
            output.WriteLine("Lost transitions stay lost, and histories that lack them say that they are incomplete.");
    }

    private static string Counts(ScrubReport report)
    {
        var (found, repaired) = (report.Found, report.Repaired);
        IEnumerable<(long Found, long Repaired, string Name)> kinds =
        [
            (found.Missing, repaired.Missing, "missing"),
            (found.Outdated, repaired.Outdated, "outdated"),
            (found.Changed, repaired.Changed, "changed"),
            (found.LeftOver, repaired.LeftOver, "left over"),
            (found.Transitions, repaired.Transitions, "transitions missing"),
        ];
        return string.Join(
            ", ",
            kinds
                .Where(static kind => kind.Found > 0)
                .Select(static kind => $"{Text.Number(kind.Found)} {kind.Name} ({Text.Number(kind.Repaired)} repaired)")
        );
    }

    private static string NameOf(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Missing => "missing in the index",
        DifferenceKind.Outdated => "outdated in the index",
        DifferenceKind.Changed => "changed in the index",
        DifferenceKind.LeftOver => "left over in the index",
        _ => "missing in the history",
    };

    private static string NotRepaired(DifferenceKind kind) => kind == DifferenceKind.Transition ? "lost" : "not repaired";

    private sealed class Listed(List<Difference> differences) : IProgress<Difference>
    {
        public void Report(Difference value) => differences.Add(value);
    }
}
