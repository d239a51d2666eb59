using Timestone.Engine;

namespace Timestone.Tests.Kafka;

/// <summary>An index in memory with external versions, as Elasticsearch has them, that can be told to fail and to reject.</summary>
public sealed class StrictIndex : IIndexWriter
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Queue, string Id, string Life), (int Version, IndexedMessage? Message)> _current = [];
    private readonly Dictionary<(string Queue, string Id, string Life, int Version), Transition> _historic = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called with each write before anything of it is kept.</summary>
    public Func<IReadOnlyList<StreamEvent>, Task> BeforeWrite { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Why an event will never be taken; null for others.</summary>
    public Func<StreamEvent, string?> Reject { get; set; } = static _ => null;

    public IReadOnlyList<IndexedMessage> Messages =>
        Read(() => _current.Values.Select(static kept => kept.Message).OfType<IndexedMessage>().ToList());

    public IReadOnlyList<Transition> Transitions => Read(() => _historic.Values.ToList());

    public async Task<IReadOnlyList<RejectedEvent>> WriteAsync(
        IReadOnlyList<StreamEvent> events,
        CancellationToken cancellationToken = default
    )
    {
        await BeforeWrite(events);
        List<RejectedEvent> rejected = [];
        lock (_lock)
        {
            foreach (var told in events)
            {
                if (Reject(told) is { } reason)
                    rejected.Add(new RejectedEvent(told, reason));
                else
                    Keep(told);
            }

            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return rejected;
    }

    /// <summary>Waits until every transition of a story, and how its messages stand at the end, is in it.</summary>
    public async Task IncludesAsync(Story story)
    {
        var transitions = story.Transitions.Select(static made => (made.Queue, made.Id, made.Life, made.Version)).ToHashSet();
        var ends = story
            .Entries.GroupBy(static entry => (entry.Queue, entry.Id, entry.Life))
            .Select(static life => (life.Key, life.Last().Version))
            .ToList();
        await BecomesAsync(() =>
            transitions.All(_historic.ContainsKey)
            && ends.All(end => _current.TryGetValue(end.Key, out var kept) && kept.Version >= end.Version)
        );
    }

    /// <summary>Waits, looking after each write.</summary>
    public async Task BecomesAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (isSo())
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(patience.Token);
        }
    }

    private void Keep(StreamEvent told)
    {
        switch (told)
        {
            case { Transition: { } made }:
                if (
                    !_historic.TryAdd((made.Queue, made.Id, made.Life, made.Version), made)
                    && _historic[(made.Queue, made.Id, made.Life, made.Version)] != made
                )
                    throw new InvalidOperationException($"Two different transitions have the same version: {made}");
                break;
            case { Message: { } message }:
                Set((message.Queue, message.Id, message.Life), message.Version, message);
                break;
            case { RemovedMessage: { } removed }:
                Set((removed.Queue, removed.Id, removed.Life), removed.Version, null);
                break;
            case { RemovedQueue: { } queue }:
                foreach (
                    var key in _current.Keys.Where(key =>
                        key.Queue == queue.Queue
                        && key.Life.StartsWith($"{queue.CreatedAt.ToUnixTimeMilliseconds()}-", StringComparison.Ordinal)
                    )
                )
                    _current[key] = (int.MaxValue, null);
                break;
        }
    }

    private void Set((string, string, string) key, int version, IndexedMessage? message)
    {
        if (version > _current.GetValueOrDefault(key).Version)
            _current[key] = (version, message);
    }

    private T Read<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }
}
