using Timestone.Json;

namespace Timestone.Cli;

/// <summary>Messages for people.</summary>
internal static class MessageView
{
    public static void Write(TextWriter output, IReadOnlyList<Message> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (i > 0)
                output.WriteLine();
            Write(output, messages[i]);
        }
    }

    public static void Write(TextWriter output, Message message) => new Fields()
        .Add("id", message.Id)
        .Add("queue", message.Queue)
        .Add("state", EnumNames.Of(message.State))
        .Add("lease token", message.LeaseToken)
        .Add("lease expires", TimeOf(message.LeaseExpiresAt))
        .Add("visible", TimeOf(message.VisibleAt))
        .Add("attempt", $"{message.Attempt} ({message.AttemptsLeft} left)")
        .Add("priority", Text.Number(message.Priority))
        .Add("deadline", TimeOf(message.Deadline))
        .Add("metadata", Text.Clean(message.Metadata.ToString()))
        .Add("worker", message.Worker is null ? null : Text.Clean(message.Worker))
        .Add("error", message.Error is null ? null : Text.Clean(message.Error))
        .Add("progress", Text.Value(message.Progress))
        .Add("result", Text.Value(message.Result))
        .Add("version", Text.Number(message.Version))
        .Add("enqueued", Text.Time(message.EnqueuedAt))
        .Add("updated", Text.Time(message.UpdatedAt))
        .Add("payload", Text.Value(message.Payload))
        .WriteTo(output);

    /// <summary><c>id state (version n)</c>, and that nothing changed if so.</summary>
    public static void Write(TextWriter output, MessageResult result)
    {
        var lease = result.LeaseExpiresAt is { } expires ? $", lease expires {Text.Time(expires)}" : "";
        var again = result.Duplicate == true ? ", as before" : "";
        var omitted = result.Omitted is { } text ? $", its {EnumNames.Of(text)} not kept: the store is full" : "";
        output.WriteLine(
            $"{result.Id} {(result.State is { } state ? EnumNames.Of(state) : "")} (version {result.Version}{lease}{again}{omitted})"
        );
    }

    private static string? TimeOf(DateTimeOffset? time) => time is { } given ? Text.Time(given) : null;
}
