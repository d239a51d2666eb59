using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>Says that the journal was stopped in order, behind everything else.</summary>
internal sealed class EndRecord : Turn
{
    private readonly ByteWriter _writer = new();

    public EndRecord(bool manual)
        : base(manual)
    {
        _writer.Skip(Frame.Size);
        _writer.Byte(RecordFormat.End);
        Frame.Close(_writer.Written);
    }

    public override bool NeedsFlush => true;

    public override Span<byte> Record => Failure is null ? _writer.Written : [];
}
