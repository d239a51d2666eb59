using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Timestone.Tests.Redis;

/// <summary>Commands to one server as text, without a client between: they come back as the lines of their answers.</summary>
public static class RedisCli
{
    public static string Run(RedisServer server, params string[] command)
    {
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, server.Port);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"*{command.Length}\r\n"));
        foreach (var part in command)
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");
        client.GetStream().Write(Encoding.UTF8.GetBytes(text.ToString()));
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        var answer = reader.ReadToEnd();
        return answer.StartsWith('-') ? throw new InvalidOperationException(answer) : answer;
    }
}
