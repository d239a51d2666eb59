using System.Diagnostics.CodeAnalysis;

namespace Timestone;

/// <content>What is asked of the index.</content>
public static partial class Validation
{
    /// <summary>Checks a search, all but its cursor.</summary>
    public static void Check([NotNull] MessageSearch? search)
    {
        if (search is null)
            throw Invalid("search", "A search is required.");
        if (search.Queue is not null)
            CheckQueueName(search.Queue);
        CheckState(search.State);
        Throw(MetadataProblem(search.Filter, "filter"));
        CheckText("worker", search.Worker, Limits.MaxWorkerLength);
        CheckText("error", search.Error, Limits.MaxErrorLength);
        Range("error", search.Error is null || ErrorWords.Of(search.Error).Count > 0, "text with at least one letter or digit");
        Range("order", Enum.IsDefined(search.Order), "enqueued, updated or priority");
        CheckLimit(search.Limit);
        CheckAfter(search.After, search.Wait);
    }

    /// <summary>Checks what history is asked for, all but its cursor.</summary>
    public static void Check(string? queue, string? id, [NotNull] HistoryRequest? request)
    {
        CheckQueueName(queue);
        CheckId(id);
        if (request is null)
            throw Invalid("request", "A request is required.");
        CheckLimit(request.Limit);
        Range("after", request.After is null or >= 1, "1 or more");
        CheckWait(request.Wait);
    }

    /// <summary>Checks whose figures are asked for.</summary>
    public static void Check([NotNull] StatsRequest? request)
    {
        if (request is null)
            throw Invalid("request", "A request is required.");
        if (request.Queue is not null)
            CheckQueueName(request.Queue);
        CheckAfter(request.After, request.Wait);
    }

    private static void CheckAfter(IndexedWrite? after, TimeSpan wait)
    {
        Range(
            "after",
            after is null || (after.Version >= 1 && IsQueueName(after.Queue) && after.Id is not null && IsId(after.Id)),
            "a write as queue/id/version, its version 1 or more"
        );
        CheckWait(wait);
    }

    private static void CheckWait(TimeSpan wait) => Duration("waitSeconds", wait, TimeSpan.Zero, Limits.MaxWait);

    private static void CheckText(string field, string? text, int maxLength) => Throw(TextProblem(field, text, maxLength));
}
