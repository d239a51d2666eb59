namespace Timestone.Tests.Simulation;

/// <summary>What statistics count.</summary>
internal enum ReferenceEvent
{
    Enqueued,
    Dequeued,
    Completed,
    Failed,
}
