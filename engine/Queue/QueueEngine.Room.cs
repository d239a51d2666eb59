namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    // An error text within this is never cut: there is room for it in what is set aside for a result (Limits.MaxResultBytes).
    private const int ShortErrorLength = 200;

    /// <summary>
    /// Whether, since the batch began, a message could have been leased but for the journal's room. Then none is before the next
    /// batch begins, which tries again.
    /// </summary>
    public bool LacksRoomToLease { get; private set; }

    /// <summary>
    /// Why a dequeue that answers nothing does so, where there is a message for it and no room in the journal to lease it; else null.
    /// </summary>
    public TimestoneError? WhyNone(DequeueRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return LacksRoomToLease && request.Max > 0 && !_queue.Settings.DequeueBlocked && MayLease(request.Filter)
            ? NoRoom("new leases")
            : null;
    }

    private bool MayLease(Metadata filter)
    {
        var index = filter.Count > 0 ? _filters.Use(filter) : _exclusive;
        return index is null && filter.Count > 0 ? _filters.Walk(filter, max: 1) is not { Count: 0 } : Best(index, filter) is not null;
    }

    private static TimestoneError NoRoom(string what) =>
        new(
            ErrorCode.QueueFull,
            $"The journal has no room for {what}: its store is full, or cannot be extended (/readyz says which). Try again later."
        );

    private bool HasRoom(RoomUse use, long bytes) => HasRoomFor(use, null, bytes);

    private bool HasRoomFor(RoomUse use, MessageRow? row, long bytes) => _room.IsFor(use) && _tryReserve(use, bytes, row);

    // As UTF-8, of which a character takes three bytes at the most.
    private static long MostBytes(string? id, Metadata metadata)
    {
        const int BytesOfCharacter = 3;
        var characters = id?.Length ?? 0;
        foreach (var (key, value) in metadata.Pairs)
            characters += key.Length + value.Length;
        return (long)characters * BytesOfCharacter;
    }
}
