using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The routes that read the index.</summary>
internal sealed class SearchRoutes(Waits waits)
{
    private const int DefaultPage = 100;

    private static readonly string[] SearchQuery =
    [
        "queue",
        "state",
        "filter",
        "worker",
        "error",
        "minPriority",
        "maxPriority",
        "enqueuedFrom",
        "enqueuedBefore",
        "updatedFrom",
        "updatedBefore",
        "order",
        "descending",
        "limit",
        "cursor",
        "after=write",
        "waitSeconds",
    ];

    private static readonly string[] HistoryQuery = ["limit", "cursor", "after=version", "waitSeconds"];
    private static readonly string[] StatsQuery = ["queue", "after=write", "waitSeconds"];

    public void Map(IEndpointRouteBuilder routes, Handlers handlers)
    {
        routes
            .MapGet(
                "/v1/search/messages",
                handlers.WithoutBody(
                    Search,
                    static (context, page) => Answer.WriteAsync(context, StatusCodes.Status200OK, page, TimestoneJson.Default.SearchPage)
                )
            )
            .Describe("searchMessages", "Finds messages, of one queue or of all, sorted and by the page.")
            .Takes(SearchQuery)
            .Answers<SearchPage>()
            .Refuses(ErrorCode.NoIndex);
        routes
            .MapGet(
                "/v1/queues/{queue}/messages/{id}/history",
                handlers.WithoutBody(
                    History,
                    static (context, history) =>
                        Answer.WriteAsync(context, StatusCodes.Status200OK, history, TimestoneJson.Default.MessageHistory)
                )
            )
            .Describe("getHistory", "Tells what happened to the messages of one id; nothing, where the index knows of none.")
            .Takes(HistoryQuery)
            .Answers<MessageHistory>()
            .Refuses(ErrorCode.NoIndex);
        routes
            .MapGet(
                "/v1/search/stats",
                handlers.WithoutBody(
                    Stats,
                    static (context, stats) => Answer.WriteAsync(context, StatusCodes.Status200OK, stats, TimestoneJson.Default.SearchStats)
                )
            )
            .Describe("getSearchStats", "Counts messages and their transitions, of one queue or of all that the index knows.")
            .Takes(StatsQuery).Answers<SearchStats>().Refuses(ErrorCode.NoIndex);
    }

    private Task<SearchPage> Search(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery(SearchQuery);
        var search = new MessageSearch
        {
            Queue = context.Text("queue"),
            State = context.State(),
            Filter = context.Filter(),
            Worker = context.Text("worker"),
            Error = context.Text("error"),
            MinPriority = context.BigNumber("minPriority"),
            MaxPriority = context.BigNumber("maxPriority"),
            EnqueuedFrom = context.Time("enqueuedFrom"),
            EnqueuedBefore = context.Time("enqueuedBefore"),
            UpdatedFrom = context.Time("updatedFrom"),
            UpdatedBefore = context.Time("updatedBefore"),
            Order = context.Word<SearchOrder>("order") ?? SearchOrder.Enqueued,
            Descending = context.Flag("descending"),
            Limit = context.Number("limit", DefaultPage),
            Cursor = context.Text("cursor"),
            After = AfterWrite(context),
            Wait = Wait(context),
        };
        return waits.UntilStopAsync(ends => timestone.SearchMessagesAsync(search, ends), context.RequestAborted);
    }

    private Task<MessageHistory> History(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery(HistoryQuery);
        var request = new HistoryRequest
        {
            After = context.Text("after") is null ? null : context.Number("after", 0),
            Wait = Wait(context),
            Cursor = context.Text("cursor"),
            Limit = context.Number("limit", DefaultPage),
        };
        return waits.UntilStopAsync(
            ends => timestone.GetHistoryAsync(context.Queue(), context.MessageId(), request, ends),
            context.RequestAborted
        );
    }

    private Task<SearchStats> Stats(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery(StatsQuery);
        var request = new StatsRequest { Queue = context.Text("queue"), After = AfterWrite(context), Wait = Wait(context) };
        return waits.UntilStopAsync(ends => timestone.GetSearchStatsAsync(request, ends), context.RequestAborted);
    }

    private static IndexedWrite? AfterWrite(HttpContext context) => context.Text("after") is { } text ? IndexedWrite.Parse(text) : null;

    private static TimeSpan Wait(HttpContext context) => context.Seconds("waitSeconds", IndexedWrite.DefaultWait);
}
