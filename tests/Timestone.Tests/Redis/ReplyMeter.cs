using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Timestone.Tests.Redis;

/// <summary>Stands between a client and Redis and measures each reply.</summary>
public sealed class ReplyMeter : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private int _largest;
    private int _replies;

    private ReplyMeter(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public static ReplyMeter Before(RedisServer server) => new(server.Port);

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Bytes of the largest reply.</summary>
    public int Largest => _largest;

    public int Replies => _replies;

    public void Reset() => (_largest, _replies) = (0, 0);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                new Thread(() => Relay(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
        }
    }

    // It blocks, so it is a thread of its own and none of the pool, which the client needs.
    private void Relay(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            server.Connect(IPAddress.Loopback, _port);
            _ = client.GetStream().CopyToAsync(server.GetStream());
            Measure(new BufferedStream(server.GetStream(), 64 * 1024), client.GetStream());
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException)
        {
        }
        finally
        {
            client.Dispose();
        }
    }

    private void Measure(Stream from, Stream to)
    {
        while (true)
        {
            using var reply = new MemoryStream();
            CopyReply(from, reply);
            Interlocked.Increment(ref _replies);
            _largest = Math.Max(_largest, (int)reply.Length);
            reply.Position = 0;
            reply.CopyTo(to);
        }
    }

    // One whole reply: a line, and what it announces.
    private static void CopyReply(Stream from, MemoryStream to)
    {
        var start = (int)to.Length;
        int next;
        do
        {
            next = from.ReadByte();
            if (next < 0)
                throw new EndOfStreamException();
            to.WriteByte((byte)next);
        }
        while (next != '\n');

        var line = System.Text.Encoding.ASCII.GetString(to.GetBuffer(), start, (int)to.Length - start - 2);
        if (line[0] is '$' or '=')
            CopyBytes(from, to, Count(line));
        else if (line[0] is '*' or '~' or '>' or '%')
            CopyReplies(from, to, line[0] == '%' ? 2 * Count(line) : Count(line));
    }

    private static int Count(string line) => int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);

    // None for a null of the older protocol, whose count is -1.
    private static void CopyReplies(Stream from, MemoryStream to, int count)
    {
        for (var i = 0; i < count; i++)
            CopyReply(from, to);
    }

    private static void CopyBytes(Stream from, MemoryStream to, int count)
    {
        if (count < 0)
            return;
        var bytes = new byte[count + 2];
        from.ReadExactly(bytes);
        to.Write(bytes);
    }
}
