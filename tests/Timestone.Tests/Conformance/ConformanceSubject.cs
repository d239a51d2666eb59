using Timestone.Tests.Support;

namespace Timestone.Tests.Conformance;

/// <summary>
/// One implementation of the service, as the conformance tests see it: something to start, whose time stands still until
/// it is advanced, and that can be stopped and started again on what it has stored.
/// </summary>
public abstract class ConformanceSubject : IAsyncDisposable
{
    public ManualTimeProvider Clock { get; } = new();

    /// <summary>The service, once started.</summary>
    public abstract ITimestone Service { get; }

    /// <summary>Null; or why there is nothing to search here.</summary>
    public virtual string? WhyNoIndex => null;

    /// <summary>Whether a cancelled call is noticed a little later, as it has to travel.</summary>
    public virtual bool IsRemote => false;

    /// <summary>Whether a purge is over when its call is made, so that nothing can be done beside it.</summary>
    public virtual bool PurgesAtOnce => false;

    /// <summary>What the store's own clock, which is a real one, may add to the test's while a queue is closed, in seconds.</summary>
    public virtual double StoreSeconds => 0;

    /// <param name="defaults">The settings of queues created by their first message; null not to create them so.</param>
    public abstract Task StartAsync(QueueSettings? defaults);

    /// <summary>Stops it and starts it again on the same store, at the same time.</summary>
    public abstract Task RestartAsync();

    public abstract ValueTask DisposeAsync();
}
