namespace Timestone.Engine;

/// <summary>
/// What takes room in a journal beyond what is set aside for the messages that it holds. What ends a message or a lease is not
/// here: its room is set aside when the message is accepted and when it is leased.
/// </summary>
public enum RoomUse
{
    /// <summary>A new message.</summary>
    Message = 0,

    /// <summary>What can give way: a redrive, a report of progress, a long error text, settings, a queue.</summary>
    Extra = 1,

    /// <summary>A lease.</summary>
    Lease = 2,

    /// <summary>An extension of a lease.</summary>
    Extension = 3,
}

/// <summary>Which uses there is room for.</summary>
public static class RoomUses
{
    /// <summary>Whether there is any room for a use; whether it is enough, <see cref="IQueueJournal.TryReserve"/> says.</summary>
    public static bool IsFor(this JournalRoom room, RoomUse use) => use switch
    {
        RoomUse.Message or RoomUse.Extra => room == JournalRoom.Ample,
        RoomUse.Lease => room != JournalRoom.SettleOnly,
        _ => true,
    };
}
