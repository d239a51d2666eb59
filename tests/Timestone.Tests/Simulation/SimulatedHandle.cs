using Timestone.Journals.Files;

namespace Timestone.Tests.Simulation;

/// <summary>An open file of a <see cref="SimulatedDisk"/>.</summary>
internal sealed class SimulatedHandle(SimulatedDisk disk, SimulatedFile file) : IJournalFile
{
    private readonly int _start = disk.Starts;
    private bool _closed;

    public long Length => File.Length;

    private SimulatedFile File => !_closed && _start == disk.Starts ? file : throw new ObjectDisposedException(nameof(SimulatedHandle));

    public int Read(Span<byte> buffer, long offset) => File.Read(buffer, offset);

    public void Write(ReadOnlySpan<byte> bytes, long offset) => File.Write(bytes, offset);

    public void Flush() => File.Flush();

    public void Truncate(long length) => File.Truncate(length);

    public void Dispose() => _closed = true;
}
