using System.Diagnostics;

namespace Timestone.Client.Telemetry;

/// <summary>
/// The spans of a client, by OpenTelemetry's conventions for messaging, of the source <see cref="TimestoneClient.TelemetryName"/>: one
/// for each call that enqueues, and one for each message that is handled. Where nobody listens there are none.
/// </summary>
internal static class MessagingActivity
{
    private static readonly ActivitySource Source = new(TimestoneClient.TelemetryName);

    /// <summary>Messages are enqueued.</summary>
    public static Activity? Send(string queue, int count)
    {
        var activity = Start("send", ActivityKind.Producer, queue);
        return count == 1 ? activity : activity?.SetTag("messaging.batch.message_count", count);
    }

    /// <summary>Notes what became of messages: one that was refused makes the span an error.</summary>
    public static void Sent(this Activity? activity, IReadOnlyList<MessageResult> results)
    {
        if (activity is null)
            return;
        if (results is [{ Id: { } id }])
            activity.SetTag("messaging.message.id", id);
        if (results.FirstOrDefault(static result => result.Error is not null) is { Error: { } error })
            activity.Failed(error.Code.ToString(), error.Detail);
    }

    /// <summary>A message is handled.</summary>
    public static Activity? Process(string queue, Message message) =>
        Start("process", ActivityKind.Consumer, queue)?.SetTag("messaging.message.id", message.Id);

    /// <summary>Notes what has failed, and how.</summary>
    /// <param name="activity">The span; null where nobody listens.</param>
    /// <param name="type">What kind of failure it is: one of few words.</param>
    /// <param name="description">The failure.</param>
    public static void Failed(this Activity? activity, string type, string? description) =>
        activity?.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error, description);

    private static Activity? Start(string operation, ActivityKind kind, string queue)
    {
        // The name is put together only where somebody listens.
        if (!Source.HasListeners())
            return null;
        return Source.StartActivity($"{operation} {queue}", kind)
            ?.SetTag("messaging.system", "timestone")
            .SetTag("messaging.operation.name", operation)
            .SetTag("messaging.operation.type", operation)
            .SetTag("messaging.destination.name", queue);
    }
}
