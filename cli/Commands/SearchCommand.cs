using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone search</c></summary>
internal sealed class SearchCommand : CliCommand
{
    private const int DefaultLimit = 20;

    private readonly Option<string?> _queue;
    private readonly Option<MessageState?> _state;
    private readonly Option<Metadata> _filter;
    private readonly Option<string?> _worker;
    private readonly Option<string?> _error;
    private readonly Option<long?> _minPriority;
    private readonly Option<long?> _maxPriority;
    private readonly Option<DateTimeOffset?> _enqueuedFrom;
    private readonly Option<DateTimeOffset?> _enqueuedBefore;
    private readonly Option<DateTimeOffset?> _updatedFrom;
    private readonly Option<DateTimeOffset?> _updatedBefore;
    private readonly Option<SearchOrder?> _order;
    private readonly Option<bool> _descending;
    private readonly Option<int?> _limit;
    private readonly Option<string?> _cursor;
    private readonly Option<IndexedWrite?> _after;
    private readonly Option<TimeSpan?> _wait;

    public SearchCommand(CliHost host)
        : base(host, "search", "Finds messages by what is known of them, in one queue or in all.")
    {
        _queue = Take(IndexOptions.Queue(host));
        _state = Take(CommonOptions.State("Only messages in this state."));
        _filter = Take(CommonOptions.Filter());
        _worker = Take(
            new Option<string?>("--worker") { Description = "Only messages that this consumer holds or held last.", HelpName = "name" }
        );
        _error = Take(
            new Option<string?>("--error") { Description = "Only messages whose error has all these words.", HelpName = "words" }
        );
        _minPriority = Take(CommonOptions.Number<long>("--min-priority", "Only messages of this priority or a higher number.", "number"));
        _maxPriority = Take(CommonOptions.Number<long>("--max-priority", "Only messages of this priority or a lower number.", "number"));
        _enqueuedFrom = Take(CommonOptions.Time("--enqueued-from", "Only messages enqueued at this time or later."));
        _enqueuedBefore = Take(CommonOptions.Time("--enqueued-before", "Only messages enqueued before this time."));
        _updatedFrom = Take(CommonOptions.Time("--updated-from", "Only messages whose last transition was at this time or later."));
        _updatedBefore = Take(CommonOptions.Time("--updated-before", "Only messages whose last transition was before this time."));
        _order = Take(CommonOptions.Name<SearchOrder>("--order", "What they are sorted by (enqueued)."));
        _descending = Take(new Option<bool>("--descending") { Description = "The latest, or the highest numbers, first." });
        _limit = Take(CommonOptions.Number<int>("--limit", "How many at most, 1 to 1000 (20)."));
        _cursor = Take(IndexOptions.Cursor());
        _after = Take(IndexOptions.After());
        _wait = Take(IndexOptions.Wait());
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var search = new MessageSearch
        {
            Queue = call.Get(_queue),
            State = call.Get(_state),
            Filter = call.Get(_filter)!,
            Worker = call.Get(_worker),
            Error = call.Get(_error),
            MinPriority = call.Get(_minPriority),
            MaxPriority = call.Get(_maxPriority),
            EnqueuedFrom = call.Get(_enqueuedFrom),
            EnqueuedBefore = call.Get(_enqueuedBefore),
            UpdatedFrom = call.Get(_updatedFrom),
            UpdatedBefore = call.Get(_updatedBefore),
            Order = call.Get(_order) ?? SearchOrder.Enqueued,
            Descending = call.Get(_descending),
            Limit = call.Get(_limit) ?? DefaultLimit,
            Cursor = call.Get(_cursor),
            After = call.Get(_after),
            Wait = call.Get(_wait) ?? IndexedWrite.DefaultWait,
        };
        var page = await call.Timestone.SearchMessagesAsync(search, cancellationToken).ConfigureAwait(false);
        call.Answer(page, TimestoneJson.Default.SearchPage, output => Write(output, page));
        return ExitCodes.Ok;
    }

    private void Write(TextWriter output, SearchPage page)
    {
        var table = new Grid(
            new("QUEUE", GivesWay: 1),
            new("ID"),
            new("STATE"),
            new("PRIORITY", GivesWay: 6),
            new("ATTEMPT", GivesWay: 5),
            new("ENQUEUED", GivesWay: 7),
            new("UPDATED", GivesWay: 2),
            new("WORKER", GivesWay: 8),
            new("METADATA", GivesWay: 4) { IsText = true },
            new("ERROR", GivesWay: 3) { IsText = true });
        foreach (var message in page.Messages)
        {
            table.Add(
                message.Queue,
                message.Id,
                EnumNames.Of(message.State),
                Text.Number(message.Priority),
                Text.Number(message.Attempt),
                Text.Time(message.EnqueuedAt),
                Text.Time(message.UpdatedAt),
                Text.Clean(message.Worker ?? "-"),
                message.Metadata.Count == 0 ? "-" : Text.Clean(message.Metadata.ToString()),
                Text.Brief(message.Error ?? "-"));
        }

        table.WriteTo(Host);
        IndexOptions.WriteEnd(output, page.Next, page.Freshness);
    }
}
