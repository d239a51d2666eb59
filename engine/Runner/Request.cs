namespace Timestone.Engine;

/// <summary>A caller's command on its way through the runner: applied once, then answered when what it saw is durable.</summary>
internal abstract class Request
{
    /// <summary>Whether the caller has given the wait up, so that a command not applied yet need not be.</summary>
    public abstract bool Abandoned { get; }

    /// <summary>Applies it; its answer is kept.</summary>
    /// <returns>False when an index must be built before: it has changed nothing then, and is to be applied again.</returns>
    public abstract bool Apply(QueueEngine engine);

    /// <summary>Gives the caller the answer.</summary>
    public abstract void Answer();

    /// <summary>Gives the caller an error instead of the answer.</summary>
    public abstract void Refuse(Exception problem);
}
