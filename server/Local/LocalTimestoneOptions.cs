namespace Timestone.Server;

/// <summary>How <see cref="LocalTimestone"/> behaves.</summary>
public sealed record LocalTimestoneOptions
{
    /// <summary>Whether the first message sent to a queue creates it.</summary>
    public bool AutoCreate { get; init; } = true;

    /// <summary>The settings of queues created so.</summary>
    public QueueSettings Defaults { get; init; } = new();
}
