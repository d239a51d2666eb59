using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>
/// Removes from the log what a loss has left without its beginning, a queue or messages of one, so that the log is complete again
/// for the starts that follow. Not told in full: what these messages were nobody knows.
/// </summary>
internal sealed class Amendment : Turn
{
    private readonly ByteWriter _writer = new();

    /// <param name="queue">The queue's number.</param>
    /// <param name="sequences">Its messages to remove; null to delete the queue.</param>
    public Amendment(uint queue, long[]? sequences)
        : base(manual: true)
    {
        _writer.Skip(Frame.Size);
        RowEncoder.Amendment(_writer, queue, sequences);
        Frame.Close(_writer.Written);
    }

    public override bool NeedsFlush => true;

    public override bool MayUseReserve => true;

    public override Span<byte> Record => Failure is null ? _writer.Written : [];
}
