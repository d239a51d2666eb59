namespace Timestone.Cli;

/// <summary>
/// Passes a command's output on by whole lines, so that those of commands that run side by side do not mix; a line longer
/// than the buffer goes in pieces.
/// </summary>
internal static class LinePump
{
    private const int BufferChars = 16 * 1024;

    /// <param name="reader">The command's output.</param>
    /// <param name="writer">Where it goes. Each write must be atomic.</param>
    /// <param name="tail">What remembers its end, if anything.</param>
    /// <param name="cancellationToken">Ends it, though something may hold the other end open.</param>
    public static async Task RunAsync(TextReader reader, TextWriter writer, TextTail? tail, CancellationToken cancellationToken)
    {
        var buffer = new char[BufferChars];
        var kept = 0;
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer.AsMemory(kept), cancellationToken).ConfigureAwait(false)) > 0)
            {
                tail?.Append(buffer.AsSpan(kept, read));
                var filled = kept + read;
                var whole = buffer.AsSpan(0, filled).LastIndexOf('\n') + 1;
                if (whole == 0 && filled == buffer.Length)
                    whole = filled;
                Write(writer, buffer.AsSpan(0, whole));
                buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
                kept = filled - whole;
            }
        }
        finally
        {
            Write(writer, buffer.AsSpan(0, kept));
        }
    }

    private static void Write(TextWriter writer, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        writer.Write(text.ToArray());
        writer.Flush();
    }
}
