using System.Text;
using Microsoft.Win32.SafeHandles;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>The host that is this process.</summary>
internal static class ProcessHost
{
    private const int BufferChars = 16 * 1024;

    public static CliHost Create(Interrupts interrupts) => new()
    {
        Connect = static (servers, retryFor) => new TimestoneClient(new TimestoneClientOptions { Addresses = servers, RetryFor = retryFor }),
        Out = Console.IsOutputRedirected ? Buffered(Console.OpenStandardOutput()) : Console.Out,
        Error = Console.Error,
        OpenInput = OpenInput,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        InputIsTerminal = !Console.IsInputRedirected,
        GetEnvironmentVariable = Environment.GetEnvironmentVariable,
        Stop = interrupts.Stop,
        Kill = interrupts.Kill,
    };

    // As a file where that is possible: redirected from one, it knows its length.
    private static Stream OpenInput() => OperatingSystem.IsWindows()
        ? Console.OpenStandardInput()
        : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    // Console.Out writes through at every call, which is what a terminal wants and a pipe of a thousand lines does not.
    private static StreamWriter Buffered(Stream stream) => new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferChars);
}
