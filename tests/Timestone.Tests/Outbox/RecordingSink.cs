using Timestone.Engine;

namespace Timestone.Tests.Outbox;

/// <summary>Keeps what is delivered, and fails as often as it is told to.</summary>
internal sealed class RecordingSink : IOutboxSink
{
    private readonly Lock _sync = new();
    private readonly List<OutboxBatch> _batches = [];
    private int _failures;
    private (int Count, TaskCompletionSource Reached)? _awaited;

    public int Attempts { get; private set; }

    public IReadOnlyList<OutboxBatch> Batches
    {
        get
        {
            lock (_sync)
                return [.. _batches];
        }
    }

    public IEnumerable<OutboxEntry> Entries => Batches.SelectMany(static batch => batch.Entries);

    /// <summary>Fails the next deliveries.</summary>
    public void Fail(int times) => Volatile.Write(ref _failures, times);

    /// <summary>Ends when so many entries were delivered.</summary>
    public Task HasAsync(int entries)
    {
        lock (_sync)
        {
            if (_batches.Sum(static batch => batch.Entries.Count) >= entries)
                return Task.CompletedTask;
            _awaited = (entries, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return _awaited.Value.Reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public ValueTask DeliverAsync(OutboxBatch batch, CancellationToken cancellationToken = default)
    {
        lock (_sync)
        {
            Attempts++;
            if (_failures > 0)
            {
                _failures--;
                throw new IOException("Injected.");
            }

            // Its list may be filled again when it is acknowledged.
            _batches.Add(new OutboxBatch([.. batch.Entries], batch.AfterGap));
            if (_awaited is var (count, reached) && _batches.Sum(static each => each.Entries.Count) >= count)
                reached.TrySetResult();
        }

        return default;
    }
}
