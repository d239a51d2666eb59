using System.Buffers;
using System.IO.Pipelines;

namespace Timestone.Cli;

/// <summary>
/// Lines of bytes, read ahead of whoever takes them, up to a bound. Asking for those that are there already without
/// waiting is what lets a slow producer's lines leave at once and a fast one's in full batches.
/// </summary>
internal sealed class LineReader
{
    /// <summary>Room for the largest payload in base64, and its fields.</summary>
    public const int MaxLineBytes = (Limits.MaxPayloadBytes / 3 * 4) + (64 * 1024);

    private const int ReadAheadBytes = 4 * 1024 * 1024;
    private readonly Pipe _pipe = new(
        new PipeOptions(pauseWriterThreshold: ReadAheadBytes, resumeWriterThreshold: ReadAheadBytes / 2, useSynchronizationContext: false)
    );
    private bool _ended;

    /// <summary>
    /// Starts to read. The stream may block for ever, as a terminal does: it is never waited for longer than the caller's token says.
    /// </summary>
    public LineReader(Stream stream) => _ = Task.Run(() => FillAsync(stream));

    /// <summary>The number of the line taken last; the first is 1.</summary>
    public long Number { get; private set; }

    /// <summary>Bytes taken so far, line ends included.</summary>
    public long Bytes { get; private set; }

    // A bare null in a conditional would become an empty line: it counts as an array, and arrays convert to memory.
    private static ReadOnlyMemory<byte>? NoLine => null;

    /// <summary>The next line; null at the end.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The line is longer than <see cref="MaxLineBytes"/>; it has been skipped.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (!_ended)
        {
            var result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TakeLine(result.Buffer) is { } line)
                return line;
            if (result.Buffer.Length > MaxLineBytes)
                await SkipLineAsync(result.Buffer, cancellationToken).ConfigureAwait(false);
            else if (result.IsCompleted)
                return TakeRest(result.Buffer);
            else
                _pipe.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        return null;
    }

    /// <summary>The next line, if it has been read completely and is not too long.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        line = default;
        if (_ended || !_pipe.Reader.TryRead(out var result))
            return false;
        if (TakeLine(result.Buffer) is { } taken)
        {
            line = taken;
            return true;
        }

        // Nothing is marked as examined, so that the next read sees it again at once.
        _pipe.Reader.AdvanceTo(result.Buffer.Start);
        return false;
    }

    private async Task FillAsync(Stream stream)
    {
        try
        {
            await stream.CopyToAsync(_pipe.Writer).ConfigureAwait(false);
            await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the reading side throws it.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            await _pipe.Writer.CompleteAsync(problem).ConfigureAwait(false);
        }
    }

    private ReadOnlyMemory<byte>? TakeLine(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
            return null;
        var line = buffer.Slice(0, end);
        return line.Length > MaxLineBytes ? NoLine : Take(line, buffer.GetPosition(1, end), lineEnd: 1);
    }

    private ReadOnlyMemory<byte>? TakeRest(in ReadOnlySequence<byte> buffer)
    {
        _ended = true;
        return buffer.IsEmpty ? NoLine : Take(buffer, buffer.End, lineEnd: 0);
    }

    private ReadOnlyMemory<byte> Take(in ReadOnlySequence<byte> line, SequencePosition next, int lineEnd)
    {
        Number++;
        Bytes += line.Length + lineEnd;
        var taken = line.ToArray();
        _pipe.Reader.AdvanceTo(next);
        return taken;
    }

    private async ValueTask SkipLineAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        Number++;
        while (true)
        {
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                Bytes += buffer.Slice(0, end).Length + 1;
                _pipe.Reader.AdvanceTo(buffer.GetPosition(1, end));
                break;
            }

            Bytes += buffer.Length;
            _pipe.Reader.AdvanceTo(buffer.End);
            var result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            buffer = result.Buffer;
            if (result.IsCompleted && buffer.IsEmpty)
            {
                _ended = true;
                break;
            }
        }

        throw new InvalidDataException($"The line is longer than {MaxLineBytes} bytes.");
    }
}
