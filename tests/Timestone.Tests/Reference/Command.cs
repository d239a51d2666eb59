namespace Timestone.Tests.Reference;

/// <summary>One thing that a caller asks of a queue.</summary>
internal abstract record Command
{
    /// <summary>As one line of a failure's report.</summary>
    public sealed override string ToString() => CommandText.Of(this);
}

internal sealed record EnqueueCommand(IReadOnlyList<NewMessage> Messages) : Command;

internal sealed record DequeueCommand(DequeueRequest Request) : Command;

internal sealed record SettleCommand(IReadOnlyList<Settlement> Items) : Command;

internal sealed record ExtendCommand(IReadOnlyList<LeaseExtension> Items) : Command;

/// <summary>A watch that does not wait.</summary>
internal sealed record WatchCommand(IReadOnlyList<LeaseReference> Leases) : Command;

internal sealed record CancelCommand(IReadOnlyList<Cancellation> Items) : Command;

internal sealed record RedriveCommand(string Id) : Command;

internal sealed record RedriveAllCommand : Command;

internal sealed record PurgeCommand(MessageState? State) : Command;

/// <summary>
/// The next step of the sweep of a number; where none goes on a new one begins, and the rest says of what kind. State null: all but
/// running.
/// </summary>
internal sealed record SweepCommand(int Number, bool Redrives, MessageState? State, int StepSize) : Command
{
    /// <summary>The states that a sweep of one state, or of all, is about.</summary>
    public static MessageState[] StatesOf(MessageState? state) =>
        state is { } one ? [one] : [.. Enum.GetValues<MessageState>().Where(static other => other != MessageState.Running)];
}

/// <summary>Ends the sweep of a number wherever it is.</summary>
internal sealed record EndSweepCommand(int Number) : Command;

internal sealed record UpdateCommand(QueueSettingsPatch Patch) : Command;

internal sealed record DeleteCommand : Command;

internal sealed record GetCommand(string Id) : Command;

/// <summary>Reads every page.</summary>
internal sealed record ListCommand(MessageState? State, int Limit) : Command;

internal sealed record DepthCommand(MessageState? State, Metadata Filter) : Command;

internal sealed record StatsCommand : Command;
