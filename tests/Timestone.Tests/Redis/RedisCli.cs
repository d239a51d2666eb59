using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Timestone.Tests.Redis;

/// <summary>Commands to one server as text, without a client between: they come back as the lines of their answers.</summary>
public static class RedisCli
{
    // The server closes the connection behind this, which ends the answer.
    private const string Quit = "*1\r\n$4\r\nQUIT\r\n", Done = "+OK\r\n";

    public static string Run(RedisServer server, params string[] command)
    {
        using var client = new TcpClient { ReceiveTimeout = (int)RedisServer.Patience.TotalMilliseconds };
        client.Connect(IPAddress.Loopback, server.Port);
        using var stream = client.GetStream();
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"*{command.Length}\r\n"));
        foreach (var part in command)
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        stream.Write(Encoding.UTF8.GetBytes(text.Append(Quit).ToString()));
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var answer = reader.ReadToEnd();
        return answer.StartsWith('-') ? throw new InvalidOperationException(answer)
            : answer.EndsWith(Done, StringComparison.Ordinal) ? answer[..^Done.Length]
            : answer;
    }
}
