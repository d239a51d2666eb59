namespace Timestone.Cli;

/// <summary>A command's output, as much of it as can be a message's result.</summary>
internal sealed class CapturedOutput
{
    // A result may be followed by a line's end.
    private readonly byte[] _bytes = new byte[Limits.MaxResultBytes + 2];
    private int _length;

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>What was kept, without white space around it.</summary>
    public ReadOnlyMemory<byte> Text => _bytes.AsMemory(0, _length).Trim(" \t\r\n"u8);

    /// <summary>Reads to the end, whatever is kept of it, so that the command can go on.</summary>
    public async Task ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        var rest = new byte[_bytes.Length];
        while (true)
        {
            var buffer = _length < _bytes.Length ? _bytes.AsMemory(_length) : rest;
            var read = await output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return;
            if (_length == _bytes.Length)
                IsCut = true;
            else
                _length += read;
        }
    }
}
