using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The routes of queues as a whole.</summary>
internal static class QueueRoutes
{
    private const string Path = "/v1/queues/{queue}";
    private const int DefaultPage = 100;

    public static void Map(IEndpointRouteBuilder routes, Handlers handlers)
    {
        routes
            .MapGet(
                "/v1/queues",
                handlers.WithoutBody(
                    List,
                    static (context, page) => Answer.WriteAsync(context, StatusCodes.Status200OK, page, TimestoneJson.Default.QueuePage)
                )
            )
            .Describe("listQueues", "Lists queues by name.")
            .Takes("cursor", "limit")
            .Answers<QueuePage>();
        routes
            .MapPut(Path, handlers.WithBody(Body.Optional(TimestoneJson.Default.QueueSettings, new QueueSettings()), Create, Created))
            .Describe("createQueue", "Creates a queue; without a body, with default settings. Again with the same settings is success.")
            .Accepts<QueueSettings>(optional: true)
            .Answers<QueueInfo>(StatusCodes.Status201Created)
            .Answers<QueueInfo>()
            .Refuses(ErrorCode.QueueExists, ErrorCode.QueueFull);
        routes.MapGet(Path, handlers.WithoutBody(Get, Answers.Queue)).Describe("getQueue", "Describes a queue.").Answers<QueueInfo>();
        routes
            .MapPatch(
                Path,
                handlers.WithBody(Body.Required(ApiJson.Patch), Update, static (context, _, queue) => Answers.Queue(context, queue))
            )
            .Describe(
                "updateQueue",
                "Changes a queue's settings from now on; blocks and unblocks. A merge patch (RFC 7396) without nulls: what is not named stays as it is, in backoff too."
            )
            .Accepts<QueueSettingsPatch>()
            .Answers<QueueInfo>()
            .Refuses(ErrorCode.QueueFull);
        routes
            .MapDelete(Path, handlers.WithoutBody(DeleteAsync, Deleted))
            .Describe("deleteQueue", "Deletes a queue with all its messages.")
            .AnswersNothing();
        routes
            .MapGet(
                $"{Path}/stats",
                handlers.WithoutBody(
                    Stats,
                    static (context, stats) => Answer.WriteAsync(context, StatusCodes.Status200OK, stats, TimestoneJson.Default.QueueStats)
                )
            )
            .Describe("getQueueStats", "A queue in figures.")
            .Answers<QueueStats>();
        routes
            .MapGet($"{Path}/depth", handlers.WithoutBody(Depth, Answers.Count))
            .Describe("getDepth", "Counts messages, of one state or of those not terminal, whose metadata equal the filter's.")
            .Takes("state", "filter")
            .Answers<CountAnswer>();
        routes
            .MapPost($"{Path}/purge", handlers.WithBody(Body.Optional(ApiJson.Wire.NoBody, NoBody.Instance), Purge, Purged))
            .Describe(
                "purge",
                "Removes every message that is in a state now, or in every state but running; answers how many of each. What enters the state meanwhile stays. Running messages belong to their consumers: cancel them instead."
            )
            .Takes("state=purge")
            .Answers<StateCounts>();
        routes
            .MapPost($"{Path}/redrive", handlers.WithBody(Body.Optional(ApiJson.Wire.NoBody, NoBody.Instance), RedriveAll, Counted))
            .Describe(
                "redriveAll",
                "Makes every message that is errored now pending again, its attempts unspent; not those that fail again meanwhile."
            )
            .Answers<CountAnswer>()
            .Refuses(ErrorCode.QueueFull);
    }

    private static Task<QueuePage> List(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery("cursor", "limit");
        return timestone.ListQueuesAsync(context.Text("cursor"), context.Number("limit", DefaultPage), context.RequestAborted);
    }

    private static Task<CreateQueueResult> Create(ITimestone timestone, HttpContext context, QueueSettings settings)
    {
        context.CheckQuery();
        return timestone.CreateQueueAsync(context.Queue(), settings);
    }

    private static Task<QueueInfo> Get(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery();
        return timestone.GetQueueAsync(context.Queue(), context.RequestAborted);
    }

    private static Task<QueueInfo> Update(ITimestone timestone, HttpContext context, QueueSettingsPatch patch)
    {
        context.CheckQuery();
        return timestone.UpdateQueueAsync(context.Queue(), patch);
    }

    private static async Task<bool> DeleteAsync(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery();
        await timestone.DeleteQueueAsync(context.Queue()).ConfigureAwait(false);
        return true;
    }

    private static Task<QueueStats> Stats(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery();
        return timestone.GetStatsAsync(context.Queue(), context.RequestAborted);
    }

    private static Task<long> Depth(ITimestone timestone, HttpContext context)
    {
        context.CheckQuery("state", "filter");
        return timestone.GetDepthAsync(context.Queue(), context.State(), context.Filter(), context.RequestAborted);
    }

    private static Task<StateCounts> Purge(ITimestone timestone, HttpContext context, NoBody body)
    {
        context.CheckQuery("state");
        return timestone.PurgeAsync(context.Queue(), Scope(context));
    }

    // What is not told apart from a typing error must not remove anything: no default.
    private static PurgeScope Scope(HttpContext context) => context.Text("state") switch
    {
        null => throw Validation.Invalid("state", $"state is required: {Validation.PurgeRule}."),
        "running" => throw Validation.Invalid("state", "Running messages cannot be purged: consumers hold them. Cancel them instead."),
        _ => context.Word<PurgeScope>("state")!.Value,
    };

    private static Task<long> RedriveAll(ITimestone timestone, HttpContext context, NoBody body)
    {
        context.CheckQuery();
        return timestone.RedriveAllAsync(context.Queue());
    }

    private static Task Created(HttpContext context, QueueSettings settings, CreateQueueResult result)
    {
        if (result.Created)
            context.Response.Headers.Location = $"/v1/queues/{result.Queue.Name}";
        return Answer.WriteAsync(
            context,
            result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            result.Queue,
            TimestoneJson.Default.QueueInfo
        );
    }

    private static Task Purged(HttpContext context, NoBody body, StateCounts removed) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, removed, TimestoneJson.Default.StateCounts);

    private static Task Counted(HttpContext context, NoBody body, long count) => Answers.Count(context, count);

    private static Task Deleted(HttpContext context, bool deleted)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
