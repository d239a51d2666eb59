using System.Text.Json.Serialization;

namespace Timestone;

/// <summary>The space of a journal, in bytes.</summary>
/// <param name="Room">What there is room for.</param>
/// <param name="BytesFree">What can still be had of its disk, or its store; null where that is not known.</param>
/// <param name="BytesReserved">What is set aside and not written yet.</param>
/// <param name="BytesNeeded">What must be set aside to settle every message that it holds, and to clean up: no more than
/// <paramref name="BytesReserved"/> while all is well.</param>
public sealed record JournalSpace(
    JournalRoom Room,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? BytesFree,
    long BytesReserved,
    long BytesNeeded)
{
    /// <summary>What is wrong, as sentences for people; null while there is room for everything.</summary>
    [JsonIgnore]
    public string? Trouble =>
        Room switch
        {
            JournalRoom.Ample => null,
            JournalRoom.WorkOnly =>
                "The journal's store is full: new messages and queues, settings, redrives and progress are refused. Messages are leased and settled.",
            _ =>
                "The journal's store is full: no message is leased, and new messages and queues, settings, redrives and progress are refused. Leased messages can be settled.",
        };
}
