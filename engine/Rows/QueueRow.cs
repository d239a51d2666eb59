namespace Timestone.Engine;

/// <summary>A queue as it is stored.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="CreatedAt">When it was created, in Unix milliseconds.</param>
public sealed record QueueRow(string Name, QueueSettings Settings, long CreatedAt)
{
    /// <summary>Describes it to callers.</summary>
    public QueueInfo Describe() => new() { Name = Name, Settings = Settings, CreatedAt = MessageView.Time(CreatedAt) };
}
