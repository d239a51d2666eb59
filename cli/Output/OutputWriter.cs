using System.Text;

namespace Timestone.Cli;

/// <summary>A writer that tells a failure to write from every other failure, by an <see cref="OutputException"/>.</summary>
/// <param name="inner">What it writes to.</param>
/// <param name="isPipe">Whether that is a pipe, which fails for no other reason than that nobody reads it.</param>
internal class OutputWriter(TextWriter inner, bool isPipe = false) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    protected virtual void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException problem)
        {
            throw problem as OutputException ?? new OutputException(problem.Message, isPipe);
        }
    }
}
