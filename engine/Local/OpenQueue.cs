namespace Timestone.Engine;

/// <summary>A queue that this process has open.</summary>
/// <param name="Runner">Its runner.</param>
/// <param name="Created">Whether opening it created it.</param>
/// <param name="Closed">Ends when it is closed and forgotten.</param>
internal sealed record OpenQueue(QueueRunner Runner, bool Created, Task Closed);
