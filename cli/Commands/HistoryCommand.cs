using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone history</c></summary>
internal sealed class HistoryCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Argument<string> _id;
    private readonly Option<int?> _after;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<int?> _limit;
    private readonly Option<string?> _cursor;

    public HistoryCommand(CliHost host)
        : base(host, "history", "Tells what happened to a message, and to those that had its id before.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _id = Take(CommonArguments.Id());
        _limit = Take(CommonOptions.Number<int>("--limit", "How many transitions at most, 1 to 1000 (100)."));
        _cursor = Take(IndexOptions.Cursor());
        _after = Take(CommonOptions.Number<int>("--after", "A version that must be included.", "version"));
        _wait = Take(IndexOptions.Wait());
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var absent = new HistoryRequest();
        var request = new HistoryRequest
        {
            After = call.Get(_after),
            Wait = call.Get(_wait) ?? absent.Wait,
            Limit = call.Get(_limit) ?? absent.Limit,
            Cursor = call.Get(_cursor),
        };
        var history = await call
            .Timestone.GetHistoryAsync(call.Get(_queue), call.Get(_id), request, cancellationToken)
            .ConfigureAwait(false);

        // Nothing is told of a message that never was; of one that is there the index will tell.
        if (history.Transitions.Count == 0 && request is { After: null, Cursor: null })
            await call.Timestone.GetMessageAsync(call.Get(_queue), call.Get(_id), cancellationToken).ConfigureAwait(false);
        call.Answer(history, TimestoneJson.Default.MessageHistory, output => Write(output, history));
        return ExitCodes.Ok;
    }

    private void Write(TextWriter output, MessageHistory history)
    {
        var table = new Grid(
            new("VERSION") { IsNumber = true },
            new("AT"),
            new("CAUSE"),
            new("FROM", GivesWay: 3),
            new("TO"),
            new("AFTER", GivesWay: 4) { IsNumber = true },
            new("ATTEMPT", GivesWay: 2) { IsNumber = true },
            new("WORKER", GivesWay: 5),
            new("REASON", GivesWay: 1) { IsText = true });
        foreach (var one in history.Transitions)
        {
            table.Add(
                Text.Number(one.Version),
                Text.Time(one.At),
                EnumNames.Of(one.Cause) + (one.MissedDeadline ? " (late)" : ""),
                one.From is { } from ? EnumNames.Of(from) : "-",
                one.To is { } to ? EnumNames.Of(to) : "removed",
                one.InFrom is { } stay ? Durations.Rough(stay) : "-",
                Text.Number(one.Attempt),
                Text.Clean(one.Worker ?? "-"),
                Text.Brief(one.Error ?? "-"));
        }

        table.WriteTo(Host);
        if (history.Incomplete)
            output.WriteLine("Incomplete: the index has dropped something, or began after it happened.");
        IndexOptions.WriteEnd(output, history.Next, history.Freshness);
    }
}
