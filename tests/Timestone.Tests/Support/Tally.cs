namespace Timestone.Tests.Support;

/// <summary>A count that can be waited for. Thread-safe.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _awaited = [];
    private int _count;

    /// <summary>What was counted.</summary>
    public int Total
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>One more.</summary>
    public void Count()
    {
        lock (_gate)
        {
            _count++;
            foreach (var (_, reached) in _awaited.Where(awaited => awaited.Count <= _count))
                reached.TrySetResult();
            _awaited.RemoveAll(awaited => awaited.Count <= _count);
        }
    }

    /// <summary>Ends when it has grown by so many.</summary>
    public Task MoreAsync(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((_count + count, reached));
            return reached.Task;
        }
    }
}
