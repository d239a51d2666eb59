using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>
/// Says once more which sequence was the last that a message of a queue had, as the records that say so stand in a segment that is
/// to be deleted and the message is gone: else another message would get that sequence, and with it the life of the first.
/// </summary>
internal sealed class SequenceNote(QueueState queue, long segment, bool manual) : Turn(manual)
{
    private readonly ByteWriter _writer = new();

    public override Span<byte> Record => Failure is null ? _writer.Written : [];

    public override bool MayUseReserve => true;

    public override void Prepare()
    {
        if (!queue.LosesSequence(segment))
            return;
        _writer.Skip(Frame.Size);
        _writer.Byte(RecordFormat.Sequence);
        _writer.Varint(queue.Number);
        _writer.Varint((ulong)queue.LastSequence);
        Frame.Close(_writer.Written);
    }

    public override Tally OnDurable(long segment)
    {
        queue.SequenceNoted(segment);
        return default;
    }
}
