using Timestone.Engine;

namespace Timestone.Indexing.Memory;

/// <summary>
/// The history: the latest entries of all messages in the order in which they came, those of one life linked. Removals stand in
/// it too, so that it remembers for as long which lives are over.
/// </summary>
internal sealed class TransitionRing(int capacity)
{
    /// <summary>No place.</summary>
    public const long None = -1;

    private const int FirstSize = 1024;
    private TransitionRecord[] _records = new TransitionRecord[Math.Min(capacity, FirstSize)];
    private long _oldest;
    private long _next;

    /// <summary>Whether something gave way.</summary>
    public bool HasDropped => _oldest > 0;

    /// <summary>Adds an entry; the oldest gives way when there are too many.</summary>
    public ref TransitionRecord Add(QueueTable queue, int place, in OutboxEntry entry)
    {
        // Counted first, as what gives way may be of the same life, which must not be forgotten.
        ref var life = ref queue[place];
        life.InHistory++;
        queue.InHistory++;
        if (_next - _oldest == capacity)
            Evict();
        if (_next == _records.Length && _next < capacity)
            Array.Resize(ref _records, (int)Math.Min(capacity, 2L * _records.Length));
        ref var record = ref At(_next);
        record = new TransitionRecord
        {
            Queue = queue,
            Life = place,
            Worker = entry.Worker is not null && entry.Worker == life.Worker ? life.Worker : entry.Worker,
            Error = entry.Error,
            At = entry.At,
            Since = entry.Since,
            Previous = life.Newest,
            Version = entry.Version,
            Attempt = entry.Attempt,
            Kind = entry.Kind,
            Cause = entry.Cause,
            From = entry.From,
            To = entry.State,
        };
        life.Newest = _next++;
        return ref record;
    }

    /// <summary>
    /// Whether a version of a life has been added before, as far as that can still be told: of what gave way it is assumed.
    /// </summary>
    public bool HasSeen(in MessageLife life, int version)
    {
        for (var place = life.Newest; place != None; place = At(place).Previous)
        {
            if (place < _oldest || At(place).Version == version)
                return true;
        }

        return false;
    }

    /// <summary>Copies what a history shows of a life and is still here, in no order.</summary>
    public void CopyTo(List<(MessageLife Life, TransitionRecord Record)> found, in MessageLife life)
    {
        for (var place = life.Newest; place >= _oldest; place = At(place).Previous)
        {
            if (At(place).IsHistoric)
                found.Add((life, At(place)));
        }
    }

    private ref TransitionRecord At(long place) => ref _records[place % capacity];

    private void Evict()
    {
        ref var record = ref At(_oldest++);
        var (queue, place) = (record.Queue, record.Life);
        record = default;
        queue[place].InHistory--;
        queue.InHistory--;
        queue.ForgetUnlessNeeded(place);
    }
}
