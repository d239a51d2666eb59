using System.CommandLine;
using System.Text;
using System.Text.Unicode;

namespace Timestone.Cli;

/// <summary>A payload from an argument or a file: JSON unless it is said to be text or bytes.</summary>
internal sealed class PayloadSource
{
    private readonly Argument<string?> _argument = new("payload")
    {
        Description = "What it carries. Without it and --file, messages are read from standard input, one JSON object a line.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string?> _file = new("--file")
    {
        Description = "Takes the payload from a file; - is standard input.",
        HelpName = "path",
    };
    private readonly Option<bool> _text = new("--text") { Description = "The payload is text: it is sent as a JSON string." };
    private readonly Option<bool> _bytes = new("--bytes") { Description = "The payload is bytes: it is sent as it is." };

    public PayloadSource(Command command)
    {
        command.Add(_argument);
        command.Add(_file);
        command.Add(_text);
        command.Add(_bytes);
    }

    /// <summary>Whether a payload was given.</summary>
    public bool IsGiven(Call call) => call.Find(_argument) is not null || call.Has(_file);

    public async Task<Payload> ReadAsync(Call call, CancellationToken cancellationToken)
    {
        if (call.Find(_argument) is not null && call.Has(_file))
            throw new UsageException("Give a payload or --file, not both.");
        if (call.Get(_text) && call.Get(_bytes))
            throw new UsageException("Give --text or --bytes, not both.");
        var bytes = call.Find(_argument) is { } argument
            ? Encoding.UTF8.GetBytes(argument)
            : await ReadFileAsync(call, call.Get(_file)!, cancellationToken).ConfigureAwait(false);
        if (call.Get(_bytes))
            return Payload.FromBytes(bytes);
        if (!Utf8.IsValid(bytes))
            throw new UsageException("The payload is not UTF-8: send it with --bytes.");
        if (call.Get(_text))
            return Payload.FromText(Encoding.UTF8.GetString(bytes));
        try
        {
            return Payload.FromJson(bytes.AsMemory().Trim(" \t\r\n"u8));
        }
        catch (TimestoneException)
        {
            throw new UsageException("The payload is not one JSON value: send text with --text, anything else with --bytes.");
        }
    }

    private static async Task<byte[]> ReadFileAsync(Call call, string path, CancellationToken cancellationToken)
    {
        try
        {
            var input = path == "-" ? call.Host.OpenInput() : File.OpenRead(path);
            await using (input.ConfigureAwait(false))
                return await ReadAsync(input, path, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"Cannot read '{path}': {problem.Message}");
        }
    }

    // A device or a pipe can go on for ever.
    private static async Task<byte[]> ReadAsync(Stream input, string path, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > Limits.MaxPayloadBytes)
                throw new UsageException($"'{path}' is larger than {Limits.MaxPayloadBytes} bytes, the most that a payload may have.");
        }

        return content.ToArray();
    }
}
