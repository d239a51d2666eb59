using Orleans.Streams;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>What the consumers of one stream were given, in whichever silo they are.</summary>
public sealed class Recording
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly List<(string Event, long Offset)> _taken = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called with what is given before it is recorded.</summary>
    public Func<string, Task> BeforeTaken { get; set; } = static _ => Task.CompletedTask;

    public IReadOnlyList<string> Events => Read(() => _taken.Select(static one => one.Event).ToList());

    /// <summary>The offset with which an event came.</summary>
    public long OffsetOf(string told) => Read(() => _taken.First(one => one.Event == told).Offset);

    public async Task TakeAsync(string told, StreamSequenceToken? token)
    {
        await BeforeTaken(told);
        lock (_lock)
        {
            _taken.Add((told, token?.SequenceNumber ?? -1));
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until what was taken is so.</summary>
    public async Task BecomesAsync(Func<IReadOnlyList<string>, bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (isSo([.. _taken.Select(static one => one.Event)]))
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(patience.Token);
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }
}
