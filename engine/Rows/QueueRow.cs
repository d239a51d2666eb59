namespace Timestone.Engine;

/// <summary>A queue as it is stored.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="CreatedAt">When it was created, in Unix milliseconds.</param>
public sealed record QueueRow(string Name, QueueSettings Settings, long CreatedAt)
{
    /// <summary>The bytes that one takes in a journal at the most.</summary>
    public const int MaxBytes = 512;

    /// <summary>Describes it to callers.</summary>
    public QueueInfo Describe() => new() { Name = Name, Settings = Settings, CreatedAt = MessageView.Time(CreatedAt) };
}
