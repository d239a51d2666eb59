using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The routes that move messages on: one by its address, or many of a queue.</summary>
internal static class LifecycleRoutes
{
    private const string Queue = "/v1/queues/{queue}";
    private const string Message = "/v1/queues/{queue}/messages/{id}";

    public static void Map(IEndpointRouteBuilder routes, Handlers handlers)
    {
        MapSettle(
            routes,
            handlers,
            "complete",
            "Ends a lease: the work is done.",
            ApiJson.Wire.CompleteBody,
            static (body, id) => body.For(id),
            ApiJson.Wire.CompleteItems,
            SettlementAction.Complete
        );
        MapSettle(
            routes,
            handlers,
            "fail",
            "Ends a lease: the attempt failed.",
            ApiJson.Wire.FailBody,
            static (body, id) => body.For(id),
            ApiJson.Wire.FailItems,
            SettlementAction.Fail
        );
        MapSettle(
            routes,
            handlers,
            "release",
            "Ends a lease: the message was not worked on.",
            ApiJson.Wire.ReleaseBody,
            static (body, id) => body.For(id),
            ApiJson.Wire.ReleaseItems,
            SettlementAction.Release
        );

        routes.MapPost($"{Message}/extend", handlers.WithBody(Body.Required(ApiJson.Wire.ExtendBody), Extend, Answers.One))
            .Describe("extend", "Extends a lease from now on and takes a report of progress.")
            .Accepts<ExtendBody>().Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.LeaseLost, ErrorCode.QueueFull);
        routes.MapPost($"{Queue}/extend", handlers.WithBody(Body.Required(TimestoneJson.Default.LeaseExtensions), ExtendMany, Answers.Many))
            .Describe("extendMany", "Extends leases; each item is answered by itself.")
            .Accepts<ItemList<LeaseExtension>>().Answers<ResultList>();

        routes
            .MapPost($"{Message}/cancel", handlers.WithBody(Body.Optional(ApiJson.Wire.CancelBody, new CancelBody()), Cancel, Answers.One))
            .Describe("cancel", "Calls a message off; a consumer that holds it loses its lease.")
            .Accepts<CancelBody>(optional: true).Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.IllegalTransition);
        routes.MapPost($"{Queue}/cancel", handlers.WithBody(Body.Required(TimestoneJson.Default.Cancellations), CancelMany, Answers.Many))
            .Describe("cancelMany", "Calls messages off; each item is answered by itself.")
            .Accepts<ItemList<Cancellation>>().Answers<ResultList>();

        routes.MapPost($"{Message}/redrive", handlers.WithBody(Body.Optional(ApiJson.Wire.NoBody, NoBody.Instance), Redrive, Redriven))
            .Describe("redrive", "Makes an errored or canceled message pending again, its attempts unspent.")
            .Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.IllegalTransition, ErrorCode.QueueFull);
    }

    private static void MapSettle<TBody, TItem>(
        IEndpointRouteBuilder routes,
        Handlers handlers,
        string name,
        string summary,
        JsonTypeInfo<TBody> bodyType,
        Func<TBody, string, Settlement> settlementOf,
        JsonTypeInfo<ItemList<TItem>> itemsType,
        SettlementAction action
    )
        where TBody : class
        where TItem : class, ISettlementItem
    {
        routes
            .MapPost(
                $"{Message}/{name}",
                handlers.WithBody(
                    Body.Required(bodyType),
                    (timestone, context, body) => Settle(timestone, context, [settlementOf(body, context.MessageId())]),
                    Answers.One
                )
            )
            .Describe(name, summary)
            .Accepts<TBody>()
            .Answers<MessageResult>()
            .Refuses(ErrorCode.MessageNotFound, ErrorCode.LeaseLost);
        routes
            .MapPost(
                $"{Queue}/{name}",
                handlers.WithBody(
                    Body.Required(itemsType),
                    (timestone, context, list) => Settle(timestone, context, SettlementsOf(list.Items, action)),
                    Answers.Many
                )
            )
            .Describe($"{name}Many", $"{summary} Each item is answered by itself.")
            .Accepts<ItemList<TItem>>().Answers<ResultList>();
    }

    private static Task<IReadOnlyList<MessageResult>> Settle(
        ITimestone timestone,
        HttpContext context,
        IReadOnlyList<Settlement> settlements
    )
    {
        context.CheckQuery();
        return timestone.SettleAsync(context.Queue(), settlements);
    }

    private static Settlement[] SettlementsOf<TItem>(IReadOnlyList<TItem> items, SettlementAction action)
        where TItem : class, ISettlementItem
    {
        Validation.CheckBatch("items", items);
        var settlements = new Settlement[items.Count];
        for (var i = 0; i < settlements.Length; i++)
        {
            if (items[i].Action is { } given && given != action)
                throw Validation.Invalid($"items[{i}].action", $"items[{i}].action contradicts the route.");
            settlements[i] = items[i].ToSettlement();
        }

        return settlements;
    }

    private static Task<IReadOnlyList<MessageResult>> Extend(ITimestone timestone, HttpContext context, ExtendBody body)
    {
        context.CheckQuery();
        return timestone.ExtendAsync(context.Queue(), [body.For(context.MessageId())]);
    }

    private static Task<IReadOnlyList<MessageResult>> ExtendMany(ITimestone timestone, HttpContext context, ItemList<LeaseExtension> list)
    {
        context.CheckQuery();
        return timestone.ExtendAsync(context.Queue(), list.Items);
    }

    private static Task<IReadOnlyList<MessageResult>> Cancel(ITimestone timestone, HttpContext context, CancelBody body)
    {
        context.CheckQuery();
        return timestone.CancelAsync(context.Queue(), [new Cancellation { Id = context.MessageId(), Reason = body.Reason }]);
    }

    private static Task<IReadOnlyList<MessageResult>> CancelMany(ITimestone timestone, HttpContext context, ItemList<Cancellation> list)
    {
        context.CheckQuery();
        return timestone.CancelAsync(context.Queue(), list.Items);
    }

    private static Task<MessageResult> Redrive(ITimestone timestone, HttpContext context, NoBody body)
    {
        context.CheckQuery();
        return timestone.RedriveAsync(context.Queue(), context.MessageId());
    }

    private static Task Redriven(HttpContext context, NoBody body, MessageResult result) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, result, TimestoneJson.Default.MessageResult);
}
