namespace Timestone.Engine;

/// <summary>How <see cref="LocalTimestone"/> behaves.</summary>
public sealed record LocalTimestoneOptions
{
    /// <summary>Whether the first message sent to a queue creates it.</summary>
    public bool AutoCreate { get; init; } = true;

    /// <summary>The settings of queues created so.</summary>
    public QueueSettings Defaults { get; init; } = new();

    /// <summary>
    /// Of a shared journal: whether a queue that someone else has opened is refused here from then on, until it is closed here
    /// (<see cref="LocalTimestone.CloseAsync"/>), instead of being taken back by the next call.
    /// </summary>
    public bool GiveWay { get; init; }

    /// <summary>Hears what operators should know of the queues; null for nobody.</summary>
    public IQueueObserver? Observer { get; init; }
}
