using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>The host that is this process.</summary>
internal static class ProcessHost
{
    private const int BufferChars = 16 * 1024, DefaultWidth = 80;

    public static CliHost Create(Interrupts interrupts)
    {
        var output = OpenOutput();
        return new CliHost
        {
            Connect = static options => new TimestoneClient(options),
            Out = Console.IsOutputRedirected ? Buffered(output) : Console.Out,
            OutIsPipe = output is PipeStream,
            OutWidth = Console.IsOutputRedirected ? null : Console.WindowWidth is > 0 and var width ? width : DefaultWidth,
            Error = Console.Error,
            OpenInput = OpenInput,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InputIsTerminal = !Console.IsInputRedirected,
            GetEnvironmentVariable = Environment.GetEnvironmentVariable,
            Stop = interrupts.Stop,
            Terminate = interrupts.Terminate,
            Kill = interrupts.Kill,
        };
    }

    // The console's stream does not tell that nobody reads a pipe any more, so that a command without end would never end.
    private static Stream OpenOutput()
    {
        try
        {
            return new AnonymousPipeClientStream(PipeDirection.Out, new SafePipeHandle(1, ownsHandle: false));
        }
        catch (IOException)
        {
            // Not a pipe.
            return Console.OpenStandardOutput();
        }
    }

    // As a file where that is possible: redirected from one, it knows its length.
    private static Stream OpenInput() => OperatingSystem.IsWindows()
        ? Console.OpenStandardInput()
        : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    // Console.Out writes through at every call, which is what a terminal wants and a pipe of a thousand lines does not.
    private static StreamWriter Buffered(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferChars);
}
