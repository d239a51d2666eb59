namespace Timestone.Resilience;

/// <summary>Cuts waits short: those who took <see cref="Next"/> before something happened go on when it does.</summary>
/// <param name="inline">Whether they go on inside <see cref="Set"/>, as a simulation on one thread needs it.</param>
internal sealed class Signal(bool inline = false)
{
    private TaskCompletionSource? _next;

    /// <summary>
    /// Ends with the first <see cref="Set"/> after this call. Whoever takes it before he looks at what there is misses nothing.
    /// </summary>
    public Task Next()
    {
        if (Volatile.Read(ref _next) is { } waiting)
            return waiting.Task;
        var fresh = new TaskCompletionSource(inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        return (Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh).Task;
    }

    /// <summary>Says that it has happened. Costs a read while nobody waits.</summary>
    public void Set()
    {
        if (Volatile.Read(ref _next) is not null)
            Interlocked.Exchange(ref _next, null)?.SetResult();
    }
}
