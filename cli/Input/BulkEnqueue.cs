using System.Runtime.CompilerServices;

namespace Timestone.Cli;

/// <summary>
/// Enqueues messages of lines in batches, in order. A line that is refused does not keep the others back; a batch that is
/// refused as a whole ends it, as the next would be too.
/// </summary>
internal sealed class BulkEnqueue(ITimestone timestone, string queue, LineReader lines)
{
    // Of lines, not of payloads: well inside what a server takes as one request.
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    private readonly List<NewMessage> _messages = [];
    private readonly List<(long Number, TimestoneError? Error)> _batch = [];
    private int _batchBytes;

    public long Enqueued { get; private set; }

    public long Duplicates { get; private set; }

    public long Refused { get; private set; }

    /// <summary>Bytes of input behind us.</summary>
    public long Bytes => lines.Bytes;

    /// <summary>The first and the last line of the batch at hand.</summary>
    public (long First, long Last) BatchLines => _batch.Count == 0 ? (lines.Number, lines.Number) : (_batch[0].Number, _batch[^1].Number);

    /// <summary>Runs to the end of the lines; answers batch by batch what became of each line.</summary>
    /// <exception cref="TimestoneException">A batch was refused as a whole.</exception>
    public async IAsyncEnumerable<IReadOnlyList<(long Line, MessageResult Result)>> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        while (await FillAsync(cancellationToken).ConfigureAwait(false))
            yield return await SendAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a line, waiting for it, and those that are there already; false at the end.</summary>
    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _messages.Clear();
        _batch.Clear();
        _batchBytes = 0;
        try
        {
            if (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is not { } first)
                return false;
            Take(first);
        }
        catch (InvalidDataException tooLong)
        {
            _batch.Add((lines.Number, new TimestoneError(ErrorCode.PayloadTooLarge, tooLong.Message)));
            return true;
        }

        while (_batch.Count < Limits.MaxBatch && _batchBytes < MaxBatchBytes && lines.TryRead(out var line))
            Take(line);
        return true;
    }

    private void Take(ReadOnlyMemory<byte> line)
    {
        if (line.Span.Trim(" \t\r"u8).IsEmpty)
            return;
        try
        {
            _messages.Add(MessageLine.Parse(line));
            _batchBytes += line.Length;
            _batch.Add((lines.Number, null));
        }
        catch (TimestoneException refused)
        {
            _batch.Add((lines.Number, refused.Error));
        }
    }

    private async Task<IReadOnlyList<(long Line, MessageResult Result)>> SendAsync(CancellationToken cancellationToken)
    {
        var results = _messages.Count == 0 ? [] : await timestone.EnqueueAsync(queue, _messages, cancellationToken).ConfigureAwait(false);
        var answers = new List<(long Line, MessageResult Result)>(_batch.Count);
        var next = 0;
        foreach (var (number, error) in _batch)
        {
            var result = error is null ? results[next++] : new MessageResult { Error = error };
            if (result.Error is not null)
                Refused++;
            else if (result.Duplicate == true)
                Duplicates++;
            else
                Enqueued++;
            answers.Add((number, result));
        }

        return answers;
    }
}
