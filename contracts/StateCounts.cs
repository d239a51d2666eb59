using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>How many messages of a queue are in each state; of a purge, how many it removed from each.</summary>
public sealed record StateCounts(long Invisible, long Pending, long Running, long Completed, long Canceled, long Errored)
{
    /// <summary>All of them together.</summary>
    [JsonIgnore]
    public long Total => Invisible + Pending + Running + Completed + Canceled + Errored;

    /// <summary>The count of one state.</summary>
    public long Of(MessageState state) => state switch
    {
        MessageState.Invisible => Invisible,
        MessageState.Pending => Pending,
        MessageState.Running => Running,
        MessageState.Completed => Completed,
        MessageState.Canceled => Canceled,
        _ => Errored,
    };

    /// <summary>Counts what is given for each state.</summary>
    public static StateCounts Of(Func<MessageState, long> count)
    {
        ArgumentNullException.ThrowIfNull(count);
        return new StateCounts(
            count(MessageState.Invisible),
            count(MessageState.Pending),
            count(MessageState.Running),
            count(MessageState.Completed),
            count(MessageState.Canceled),
            count(MessageState.Errored));
    }
}
