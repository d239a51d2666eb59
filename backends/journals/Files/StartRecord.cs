using Timestone.Bytes;
namespace Timestone.Journals.Files;

/// <summary>Says that the journal was started, so that epochs grow from start to start.</summary>
internal sealed class StartRecord : Turn
{
    private readonly ByteWriter _writer = new();

    public StartRecord(long start)
        : base(manual: true)
    {
        _writer.Skip(Frame.Size);
        _writer.Byte(RecordFormat.Start);
        _writer.Varint((ulong)start);
        Frame.Close(_writer.Written);
    }

    public override bool NeedsFlush => true;

    public override Span<byte> Record => Failure is null ? _writer.Written : [];
}
