using System.CommandLine;
using Timestone.Indexing.Elasticsearch;

namespace Timestone.Cli;

/// <summary><c>timestone reindex</c></summary>
internal sealed class ReindexCommand : CliCommand
{
    private readonly ElasticsearchSymbols _elasticsearch;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<bool> _restart;
    private readonly Option<bool> _takeOver;

    public ReindexCommand(CliHost host)
        : base(
            host,
            "reindex",
            $"Builds Elasticsearch's index of current messages anew from what the server holds, beside the running service, and swaps it in. {ElasticsearchSymbols.Secrets}"
        )
    {
        _elasticsearch = new ElasticsearchSymbols(host);
        foreach (var option in _elasticsearch.All)
            Take(option);
        _wait = Take(
            CommonOptions.Duration(
                "--wait",
                "How long to wait until servers and indexers have seen the new index, at least two seconds and their time limit for a request (32s)."
            )
        );
        _restart = Take(new Option<bool>("--restart") { Description = "Delete what a rebuild that was killed has left behind." });
        _takeOver = Take(
            new Option<bool>("--take-over")
            {
                Description = "Make an index this service's that is another's, without the messages of the other one.",
            }
        );
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = new ElasticsearchConnection(_elasticsearch.OptionsOf(call), Host.Time);
            var rebuild = new ElasticsearchRebuild(connection, call.Timestone)
            {
                WriterDelay = call.Get(_wait),
                TakeOver = call.Get(_takeOver),
            };
            var report = await rebuild.RunAsync(call.Get(_restart), cancellationToken: cancellationToken).ConfigureAwait(false);
            call.Answer(
                report,
                CliJson.Default.RebuildReport,
                output =>
                    output.WriteLine($"{report.Index}: {Text.Number(report.Messages)} messages of {Text.Number(report.Queues)} queues")
            );
            return ExitCodes.Ok;
        }
        catch (ArgumentException problem)
        {
            throw new UsageException(problem.Message);
        }
        catch (InvalidOperationException problem)
        {
            ErrorReport.Write(call.Error, $"{problem.Message} Where no other one is at work: --restart.");
            return ExitCodes.Refused;
        }
        catch (IOException problem)
        {
            ErrorReport.Write(call.Error, problem.Message);
            return problem is ForeignIndexException ? ExitCodes.Refused : ExitCodes.Unavailable;
        }
    }
}
