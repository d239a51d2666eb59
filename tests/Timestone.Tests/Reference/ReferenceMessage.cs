using System.Text;

namespace Timestone.Tests.Reference;

/// <summary>A message of <see cref="ReferenceQueue"/>. Times are Unix milliseconds.</summary>
internal sealed class ReferenceMessage
{
    public required NewMessage Given { get; init; }

    public required long Sequence { get; init; }

    public required long Priority { get; init; }

    public required long EnqueuedAt { get; init; }

    public MessageState State { get; set; }

    /// <summary>When the clock moves it on; null while pending.</summary>
    public long? DueAt { get; set; }

    public long UpdatedAt { get; set; }

    public int Version { get; set; }

    public int Attempt { get; set; }

    /// <summary>The current lease, or the last one; null before the first and after a redrive.</summary>
    public ReferenceLease? Lease { get; set; }

    /// <summary>The leases that consumers ended, latest first.</summary>
    public IReadOnlyList<(long Lease, SettlementAction Action)> Ended { get; set; } = [];

    public bool Redriven { get; set; }

    public string? Error { get; set; }

    public Payload Result { get; set; }

    public Payload Progress { get; set; }

    public string Id => Given.Id!;

    public bool IsTerminal => State is MessageState.Completed or MessageState.Canceled or MessageState.Errored;

    /// <summary>Where it stands when messages are listed.</summary>
    public (MessageState State, long Rank, long Sequence) Place => (State, DueAt ?? Priority, Sequence);

    /// <summary>The bytes of its state that room is asked for: what workers left, in UTF-8.</summary>
    public long StateBytes =>
        Utf8(Error) + Result.Bytes.Length + Progress.Bytes.Length + Utf8(Lease?.Worker) + Utf8(Lease?.RequestId) + (9 * Ended.Count);

    public ReferenceMessage Copy() => (ReferenceMessage)MemberwiseClone();

    private static int Utf8(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}
