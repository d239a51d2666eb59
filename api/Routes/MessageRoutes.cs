using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The routes by which messages come in and go out, and are looked at; that by which consumers look after their leases.</summary>
internal sealed class MessageRoutes(Waits waits)
{
    private const string Path = "/v1/queues/{queue}";
    private const int DefaultPage = 100;

    public void Map(IEndpointRouteBuilder routes, Handlers handlers)
    {
        routes
            .MapPost($"{Path}/messages", handlers.WithBody(EnqueueRequest.Read, Enqueue, Enqueued))
            .Describe(
                "enqueue",
                "Enqueues one message, or up to 1000 as messages. One that exists with the same content answers as it stands."
            )
            .AcceptsEither<NewMessage, MessageList>()
            .Answers<MessageResult>(StatusCodes.Status201Created)
            .AnswersEither<MessageResult, ResultList>()
            .Refuses(
                ErrorCode.MessageConflict,
                ErrorCode.EnqueueBlocked,
                ErrorCode.MissingExclusivityKey,
                ErrorCode.PayloadTooLarge,
                ErrorCode.QueueFull
            );
        routes
            .MapPost(
                $"{Path}/dequeue",
                handlers.WithBody<DequeueRequest, DequeueResult>(
                    Body.Required(TimestoneJson.Default.DequeueRequest),
                    Dequeue,
                    Answers.Dequeued
                )
            )
            .Describe(
                "dequeue",
                "Settles what the request carries, then leases the best messages that match, waiting for a first one if asked to."
            )
            .Accepts<DequeueRequest>()
            .Answers<DequeueResult>()
            .Refuses(ErrorCode.QueueFull);
        routes
            .MapPost(
                $"{Path}/leases/watch",
                handlers.WithBody<LeaseWatch, IReadOnlyList<MessageResult>>(
                    Body.Required(TimestoneJson.Default.LeaseWatch),
                    WatchLeases,
                    Answers.Many
                )
            )
            .Describe(
                "watchLeases",
                "Waits until at least one lease is lost, and answers those that are: each as an extension of it would be refused, with the message's state and version now. Answers nothing when the wait ends."
            )
            .Accepts<LeaseWatch>()
            .Answers<ResultList>();
        routes
            .MapGet($"{Path}/messages", handlers.WithoutBody(List, Answers.Page))
            .Describe("listMessages", "Lists messages, of one state or of all.")
            .Takes("state", "cursor", "limit")
            .Answers<MessagePage>();
        routes
            .MapGet($"{Path}/messages/{{id}}", handlers.WithoutBody(Get, Answers.Message))
            .Describe("getMessage", "Describes a message.")
            .Answers<Message>()
            .Refuses(ErrorCode.MessageNotFound);
    }

    private static Task<IReadOnlyList<MessageResult>> Enqueue(ITimestone timestone, HttpContext context, EnqueueRequest request)
    {
        context.CheckQuery();
        return timestone.EnqueueAsync(context.Queue(), request.Messages);
    }

    private static Task Enqueued(HttpContext context, EnqueueRequest request, IReadOnlyList<MessageResult> results)
    {
        if (request.IsBatch)
            return Answers.Many(context, results);
        var result = results[0].ThrowIfError();
        if (result.Duplicate == true)
            return Answers.One(context, StatusCodes.Status200OK, results);
        context.Response.Headers.Location = string.Concat("/v1/queues/", context.Queue(), "/messages/", result.Id);
        return Answers.One(context, StatusCodes.Status201Created, results);
    }

    private Task<DequeueResult> Dequeue(ITimestone timestone, HttpContext context, DequeueRequest request)
    {
        context.CheckQuery();
        return waits.DequeueAsync(timestone, context.Queue(), request, context.RequestAborted);
    }

    private Task<IReadOnlyList<MessageResult>> WatchLeases(ITimestone timestone, HttpContext context, LeaseWatch watch)
    {
        context.CheckQuery();
        return waits.WatchAsync(timestone, context.Queue(), watch, context.RequestAborted);
    }

    private static Task<MessagePage> List(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery("state", "cursor", "limit");
        return timestone.ListMessagesAsync(
            context.Queue(),
            context.State(),
            context.Text("cursor"),
            context.Number("limit", DefaultPage),
            context.RequestAborted
        );
    }

    private static Task<Message> Get(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery();
        return timestone.GetMessageAsync(context.Queue(), context.MessageId(), context.RequestAborted);
    }
}
