using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>
/// Says once more what a queue is, as the record that says so stands in a segment that is to be deleted. What it says is
/// decided at its turn, before all commits of that turn: so it can never undo a change of settings.
/// </summary>
internal sealed class Restatement(QueueState queue, long segment, bool manual) : Turn(manual)
{
    private readonly ByteWriter _writer = new();

    public override Span<byte> Record => Failure is null ? _writer.Written : [];

    public override bool MayUseReserve => true;

    public override void Prepare()
    {
        if (queue.Row is not { } row || queue.RowSegment > segment)
            return;
        _writer.Skip(Frame.Size);
        RowEncoder.Restatement(_writer, queue.Number, row);
        Frame.Close(_writer.Written);
    }

    public override Tally OnDurable(long segment)
    {
        queue.Restated(segment);
        return default;
    }
}
