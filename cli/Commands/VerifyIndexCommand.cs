using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone verify-index</c></summary>
internal sealed class VerifyIndexCommand : CliCommand
{
    private readonly Argument<string?> _queue;
    private readonly Option<TimeSpan?> _wait;

    public VerifyIndexCommand(CliHost host)
        : base(host, "verify-index", "Compares the index with the queues, message by message, and prints every difference.")
    {
        _queue = Take(CommonArguments.QueueOrAll(host));
        _wait = Take(CommonOptions.Duration("--wait", "How long to wait for the index before a difference is one, at most 30s (10s)."));
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var verifier = new IndexVerifier(call.Timestone, call.Get(_wait) ?? IndexedWrite.DefaultWait, call.Host.Time);
        var verdict = await verifier.VerifyAsync(call.Find(_queue), cancellationToken).ConfigureAwait(false);
        call.Answer(verdict, CliJson.Default.IndexVerdict, output => Write(output, verdict));
        return verdict.Differences.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static void Write(TextWriter output, IndexVerdict verdict)
    {
        foreach (var one in verdict.Differences)
            output.WriteLine($"{one.Queue}/{one.Id} {one.Field}: {Text.Clean(one.Journal)} in the queue, {Text.Clean(one.Index)} in the index");
        if (verdict.Incomplete)
            output.WriteLine("the index says that it is incomplete: it has lost messages or history");
        output.WriteLine($"{verdict.Messages} messages of {verdict.Queues} queues compared, {(verdict.Differences.Count == 0 ? "no" : Text.Number(verdict.Differences.Count))} differences");
        if (verdict.Differences.Count > 0 || verdict.Incomplete)
        {
            output.WriteLine("`timestone reindex` builds the messages in Elasticsearch anew; an index in memory is built anew at each start. "
                + "Lost history stays lost.");
        }
    }
}
