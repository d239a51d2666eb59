using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Timestone.Client;

namespace Timestone.Aspire.Hosting;

/// <summary>What the dashboard can do with a server's queues.</summary>
internal static class QueueCommands
{
    private const string Queue = "queue", What = "what", Enqueues = "enqueues", Dequeues = "dequeues", Both = "both";

    // Someone waits for the answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static IResourceBuilder<TimestoneResource> WithQueueCommands(this IResourceBuilder<TimestoneResource> server) =>
        server
            .WithCommand(
                "block-queue",
                "Block a queue",
                context => SetAsync(server.Resource, context, isBlocked: true),
                Options("A blocked queue refuses messages, or gives none out, until it is unblocked.", "Pause")
            )
            .WithCommand(
                "unblock-queue",
                "Unblock a queue",
                context => SetAsync(server.Resource, context, isBlocked: false),
                Options("The queue takes messages and gives them out again.", "Play")
            );

    private static CommandOptions Options(string description, string icon) =>
        new()
        {
            Description = description,
            IconName = icon,
            Arguments =
            [
                new()
                {
                    Name = Queue,
                    Label = "Queue",
                    InputType = InputType.Text,
                    Required = true,
                },
                new()
                {
                    Name = What,
                    Label = "What",
                    InputType = InputType.Choice,
                    Options = [new(Both, "Enqueues and dequeues"), new(Enqueues, "Enqueues"), new(Dequeues, "Dequeues")],
                    Value = Both,
                },
            ],
            UpdateState = static context => context.ResourceSnapshot.HealthStatus == HealthStatus.Healthy
                ? ResourceCommandState.Enabled
                : ResourceCommandState.Disabled,
        };

    private static async Task<ExecuteCommandResult> SetAsync(TimestoneResource server, ExecuteCommandContext context, bool isBlocked)
    {
        var (queue, what) = (context.Arguments.GetString(Queue) ?? "", context.Arguments.GetString(What) ?? Both);
        using var client = new TimestoneClient(
            new TimestoneClientOptions { Address = new Uri(server.HttpEndpoint.Url), RequestTimeout = Patience, RetryFor = TimeSpan.Zero }
        );
        try
        {
            var info = await client
                .UpdateQueueAsync(
                    queue,
                    new QueueSettingsPatch
                    {
                        EnqueueBlocked = what == Dequeues ? null : isBlocked,
                        DequeueBlocked = what == Enqueues ? null : isBlocked,
                    },
                    context.CancellationToken
                )
                .ConfigureAwait(false);
            return CommandResults.Success(Describe(info));
        }
        catch (TimestoneException problem)
        {
            return CommandResults.Failure(problem.Message);
        }
    }

    private static string Describe(QueueInfo queue) => (queue.Settings.EnqueueBlocked, queue.Settings.DequeueBlocked) switch
    {
        (true, true) => $"Queue '{queue.Name}' refuses messages and gives none out.",
        (true, false) => $"Queue '{queue.Name}' refuses messages.",
        (false, true) => $"Queue '{queue.Name}' gives no messages out.",
        _ => $"Queue '{queue.Name}' takes messages and gives them out.",
    };
}
