using System.CommandLine;
using Timestone.Indexing.Elasticsearch;

namespace Timestone.Cli;

/// <summary><c>timestone verify-index</c></summary>
internal sealed class VerifyIndexCommand : CliCommand
{
    private readonly Argument<string?> _queue;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<bool> _repair;
    private readonly ElasticsearchSymbols _elasticsearch;
    private readonly KafkaSymbols _kafka = new();

    public VerifyIndexCommand(CliHost host)
        : base(
            host,
            "verify-index",
            "Compares the index with the queues, message by message, and prints every difference. With --repair it puts right what differs in Elasticsearch. "
            + ElasticsearchSymbols.Secrets)
    {
        _queue = Take(CommonArguments.QueueOrAll(host));
        _wait = Take(CommonOptions.Duration("--wait", "How long to wait for the index before a difference is one, at most 30s (10s)."));
        _repair = Take(new Option<bool>("--repair") { Description = "Repair what differs in Elasticsearch, and the histories there." });
        _elasticsearch = new ElasticsearchSymbols(host);
        foreach (var option in _elasticsearch.All.Concat(_kafka.All))
            Take(option);
    }

    protected override Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var wait = call.Get(_wait) ?? IndexedWrite.DefaultWait;
        return call.Get(_repair) ? RepairAsync(call, wait, cancellationToken) : VerifyAsync(call, wait, cancellationToken);
    }

    private async Task<int> VerifyAsync(Call call, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (_elasticsearch.All.Concat(_kafka.All).FirstOrDefault(call.Has) is { } option)
            throw new UsageException($"{option.Name} goes with --repair.");
        var verifier = new IndexVerifier(call.Timestone, wait, call.Host.Time);
        var verdict = await verifier.VerifyAsync(call.Find(_queue), cancellationToken).ConfigureAwait(false);
        call.Answer(verdict, CliJson.Default.IndexVerdict, output => Write(output, verdict));
        return verdict.Differences.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private async Task<int> RepairAsync(Call call, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            var repaired = await IndexRepairer
                .RunAsync(
                    call.Timestone,
                    _elasticsearch.OptionsOf(call),
                    _kafka.OptionsOf(call),
                    call.Find(_queue),
                    wait,
                    Host.Time,
                    cancellationToken
                )
                .ConfigureAwait(false);
            call.Answer(repaired, CliJson.Default.RepairedIndex, output => IndexRepairer.Write(output, repaired));
            var report = repaired.Report;
            return report.Repaired == report.Found && report is { Undecided: 0, Failed: 0, Unread: [] } ? ExitCodes.Ok : ExitCodes.Refused;
        }
        catch (ArgumentException problem)
        {
            throw new UsageException(problem.Message);
        }
        catch (IOException problem)
        {
            ErrorReport.Write(call.Error, problem.Message);
            return problem is ForeignIndexException ? ExitCodes.Refused : ExitCodes.Unavailable;
        }
    }

    private static void Write(TextWriter output, IndexVerdict verdict)
    {
        foreach (var one in verdict.Differences)
            output.WriteLine(
                $"{one.Queue}/{one.Id} {one.Field}: {Text.Clean(one.Journal)} in the queue, {Text.Clean(one.Index)} in the index"
            );
        if (verdict.Incomplete)
            output.WriteLine("the index says that it is incomplete: it has lost messages or history");
        output.WriteLine(
            $"{verdict.Messages} messages of {verdict.Queues} queues compared, {(verdict.Differences.Count == 0 ? "no" : Text.Number(verdict.Differences.Count))} differences"
        );
        if (verdict.Differences.Count > 0 || verdict.Incomplete)
        {
            output.WriteLine(
                "`timestone verify-index --repair` puts right what differs in Elasticsearch, and `timestone reindex` builds its messages anew; "
                    + "an index in memory is built anew at each start."
            );
        }
    }
}
