using System.Text;

namespace Timestone.Engine;

/// <summary>The part of a message that transitions change. A value: copying it is a snapshot, as what it refers to never changes.</summary>
public struct RowState
{
    /// <summary>
    /// When the clock moves the message on, in Unix milliseconds: invisible, when it becomes pending; running, when its lease
    /// expires; terminal, when it is removed. 0 while pending.
    /// </summary>
    public long DueAt;

    /// <summary>When it made its last transition, in Unix milliseconds.</summary>
    public long UpdatedAt;

    /// <summary>Its current lease while running, else its last one; null before the first and after a redrive.</summary>
    public Lease? Lease;

    /// <summary>The leases that consumers ended, latest first, so that the same ending told again is recognised.</summary>
    public EndedLease? Ended;

    /// <summary>What consumers left: error, result, progress; null when nothing.</summary>
    public Notes? Notes;

    /// <summary>Its count of transitions; the enqueue is the first.</summary>
    public int Version;

    /// <summary>Attempts spent since its enqueue or last redrive; a running one counts.</summary>
    public int Attempt;

    /// <summary>Where it is in its life.</summary>
    public MessageState State;

    /// <summary>
    /// The bytes that its texts, its JSON and the leases that it remembers take in a journal, in UTF-8. The rest of it is numbers.
    /// </summary>
    public readonly int Bytes
    {
        get
        {
            var bytes = Notes?.Bytes ?? 0;
            if (Lease is { } lease)
                bytes += BytesOf(lease.Worker) + BytesOf(lease.RequestId);
            for (var ended = Ended; ended is not null; ended = ended.Previous)
                bytes += EndedLease.Bytes;
            return bytes;
        }
    }

    /// <summary>Whether it was redriven since it was last errored or canceled, so that a redrive told again is recognised.</summary>
    public bool Redriven;

    /// <summary>Whether it is running under a lease.</summary>
    public readonly bool IsHeldBy(ulong token) => State == MessageState.Running && Lease!.Token == token;

    /// <summary>How a consumer ended a lease, as far as that is remembered; null when none did.</summary>
    public readonly EndedLease? EndingOf(ulong token)
    {
        var ended = Ended;
        while (ended is not null && ended.Token != token)
            ended = ended.Previous;
        return ended;
    }

    private static int BytesOf(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
