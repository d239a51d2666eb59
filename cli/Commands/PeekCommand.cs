using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone peek</c></summary>
internal sealed class PeekCommand : CliCommand
{
    private const int DefaultLimit = 20;

    private readonly Argument<string> _queue;
    private readonly Option<MessageState?> _state;
    private readonly Option<int?> _limit;
    private readonly Option<string?> _cursor;

    public PeekCommand(CliHost host)
        : base(host, "peek", "Lists the pending messages of a queue in the order of their dequeueing, without leasing them.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _state = Take(CommonOptions.State("Messages in this state instead (pending)."));
        _limit = Take(CommonOptions.Number<int>("--limit", "How many at most, 1 to 1000 (20)."));
        _cursor = Take(IndexOptions.Cursor());
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var state = call.Get(_state) ?? MessageState.Pending;
        var page = await call
            .Timestone.ListMessagesAsync(call.Get(_queue), state, call.Get(_cursor), call.Get(_limit) ?? DefaultLimit, cancellationToken)
            .ConfigureAwait(false);
        call.Answer(page, TimestoneJson.Default.MessagePage, output => Write(output, page));
        return ExitCodes.Ok;
    }

    private void Write(TextWriter output, MessagePage page)
    {
        var table = new Grid(
            new("ID"),
            new("PRIORITY", GivesWay: 1),
            new("ATTEMPT", GivesWay: 2),
            new("ENQUEUED", GivesWay: 5),
            new("METADATA", GivesWay: 4) { IsText = true },
            new("PAYLOAD", GivesWay: 3) { IsText = true });
        foreach (var message in page.Messages)
        {
            table.Add(
                message.Id,
                Text.Number(message.Priority),
                Text.Number(message.Attempt),
                Text.Time(message.EnqueuedAt),
                Text.Clean(message.Metadata.ToString()),
                Text.Brief(message.Payload));
        }

        table.WriteTo(Host);
        if (page.Next is not null)
            output.WriteLine($"More: --cursor {page.Next}");
    }
}
