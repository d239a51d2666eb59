using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The routes that move messages on: one by its address, or many of a queue.</summary>
internal sealed class LifecycleRoutes(ITimestone timestone, Handlers handlers)
{
    private const string Queue = "/v1/queues/{queue}";
    private const string Message = "/v1/queues/{queue}/messages/{id}";

    public void Map(IEndpointRouteBuilder routes)
    {
        MapSettle(routes, "complete", "Ends a lease: the work is done.", ApiJson.Default.CompleteBody, static (body, id) => body.For(id), ApiJson.Default.CompleteItems, SettlementAction.Complete);
        MapSettle(routes, "fail", "Ends a lease: the attempt failed.", ApiJson.Default.FailBody, static (body, id) => body.For(id), ApiJson.Default.FailItems, SettlementAction.Fail);
        MapSettle(routes, "release", "Ends a lease: the message was not worked on.", ApiJson.Default.ReleaseBody, static (body, id) => body.For(id), ApiJson.Default.ReleaseItems, SettlementAction.Release);

        routes.MapPost($"{Message}/extend", handlers.WithBody(Body.Required(ApiJson.Default.ExtendBody), Extend, Answers.One))
            .Describe("extend", "Extends a lease from now on and takes a report of progress.")
            .Accepts<ExtendBody>().Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.LeaseLost);
        routes.MapPost($"{Queue}/extend", handlers.WithBody(Body.Required(TimestoneJson.Default.LeaseExtensions), ExtendMany, Answers.Many))
            .Describe("extendMany", "Extends leases; each item is answered by itself.")
            .Accepts<ItemList<LeaseExtension>>().Answers<ResultList>();

        routes.MapPost($"{Message}/cancel", handlers.WithBody(Body.Optional(ApiJson.Default.CancelBody, new CancelBody()), Cancel, Answers.One))
            .Describe("cancel", "Calls a message off; a consumer that holds it loses its lease.")
            .Accepts<CancelBody>(optional: true).Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.IllegalTransition);
        routes.MapPost($"{Queue}/cancel", handlers.WithBody(Body.Required(TimestoneJson.Default.Cancellations), CancelMany, Answers.Many))
            .Describe("cancelMany", "Calls messages off; each item is answered by itself.")
            .Accepts<ItemList<Cancellation>>().Answers<ResultList>();

        routes.MapPost($"{Message}/redrive", handlers.WithBody(Body.Optional(ApiJson.Default.NoBody, NoBody.Instance), Redrive, Redriven))
            .Describe("redrive", "Makes an errored or canceled message pending again, its attempts unspent.")
            .Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.IllegalTransition);
    }

    private void MapSettle<TBody, TItem>(
        IEndpointRouteBuilder routes, string name, string summary, JsonTypeInfo<TBody> bodyType, Func<TBody, string, Settlement> settlementOf, JsonTypeInfo<ItemList<TItem>> itemsType, SettlementAction action)
        where TBody : class
        where TItem : class, ISettlementItem
    {
        routes.MapPost($"{Message}/{name}", handlers.WithBody(Body.Required(bodyType), (context, body) => Settle(context, [settlementOf(body, context.MessageId())]), Answers.One))
            .Describe(name, summary)
            .Accepts<TBody>().Answers<MessageResult>().Refuses(ErrorCode.MessageNotFound, ErrorCode.LeaseLost);
        routes.MapPost($"{Queue}/{name}", handlers.WithBody(Body.Required(itemsType), (context, list) => Settle(context, SettlementsOf(list.Items, action)), Answers.Many))
            .Describe($"{name}Many", $"{summary} Each item is answered by itself.")
            .Accepts<ItemList<TItem>>().Answers<ResultList>();
    }

    private Task<IReadOnlyList<MessageResult>> Settle(HttpContext context, IReadOnlyList<Settlement> settlements)
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

    private Task<IReadOnlyList<MessageResult>> Extend(HttpContext context, ExtendBody body)
    {
        context.CheckQuery();
        return timestone.ExtendAsync(context.Queue(), [body.For(context.MessageId())]);
    }

    private Task<IReadOnlyList<MessageResult>> ExtendMany(HttpContext context, ItemList<LeaseExtension> list)
    {
        context.CheckQuery();
        return timestone.ExtendAsync(context.Queue(), list.Items);
    }

    private Task<IReadOnlyList<MessageResult>> Cancel(HttpContext context, CancelBody body)
    {
        context.CheckQuery();
        return timestone.CancelAsync(context.Queue(), [new Cancellation { Id = context.MessageId(), Reason = body.Reason }]);
    }

    private Task<IReadOnlyList<MessageResult>> CancelMany(HttpContext context, ItemList<Cancellation> list)
    {
        context.CheckQuery();
        return timestone.CancelAsync(context.Queue(), list.Items);
    }

    private Task<MessageResult> Redrive(HttpContext context, NoBody body)
    {
        context.CheckQuery();
        return timestone.RedriveAsync(context.Queue(), context.MessageId());
    }

    private static Task Redriven(HttpContext context, NoBody body, MessageResult result) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, result, TimestoneJson.Default.MessageResult);
}
