using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The routes by which messages come in and go out, and are looked at.</summary>
internal sealed class MessageRoutes(CancellationToken stopping)
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
        return request.Wait > TimeSpan.Zero ? WaitAsync(timestone, context, request) : timestone.DequeueAsync(context.Queue(), request);
    }

    /// <summary>
    /// A wait ends early when its caller goes away, and when the host stops: then it answers what it would have at its end.
    /// </summary>
    private async Task<DequeueResult> WaitAsync(ITimestone timestone, HttpContext context, DequeueRequest request)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            return await timestone.DequeueAsync(context.Queue(), request, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // What it settled is settled; saying so once more is how the results are had.
            return request.Settle.Count == 0
                ? new DequeueResult()
                : await timestone
                    .DequeueAsync(context.Queue(), request with { Max = 0, Wait = TimeSpan.Zero, RequestId = null }, CancellationToken.None)
                    .ConfigureAwait(false);
        }
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
