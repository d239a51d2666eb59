using System.Text.Json.Serialization;

namespace Timestone.Engine;

/// <summary>A queue as it is stored.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="CreatedAt">When it was created, in Unix milliseconds.</param>
public sealed record QueueRow(string Name, QueueSettings Settings, long CreatedAt)
{
    /// <summary>The bytes that one takes in a journal at the most, as JSON.</summary>
    public const int MaxBytes = 1024;

    /// <summary>The latest time noted of the queue, see <see cref="SeenTime"/>; null when none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SeenTime? Seen { get; init; }

    /// <summary>
    /// The latest that the queue's time can be, of what is stored of it, when the wall clock says something; both in Unix milliseconds.
    /// </summary>
    internal long LatestTimeAt(long wall) => Seen is { } seen ? Math.Max(wall, seen.At(wall) + SeenTime.MostUnseenMs) : wall;

    /// <summary>Describes it to callers.</summary>
    public QueueInfo Describe() => new() { Name = Name, Settings = Settings, CreatedAt = MessageView.Time(CreatedAt) };
}
