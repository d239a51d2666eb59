using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Timestone.Bench.Peers.Beanstalkd;

/// <summary>
/// A connection to beanstalkd, for one command at a time, as its clients have it. Commands and answers are lines of ASCII; a body follows
/// its line and ends with a line break of its own.
/// </summary>
internal sealed class BeanstalkdConnection : IDisposable
{
    private const int LeaseSeconds = 60;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[4096];
    private int _begin;
    private int _end;

    private BeanstalkdConnection() { }

    /// <summary>Connects, to put into a tube and to reserve from it.</summary>
    public static async Task<BeanstalkdConnection> OpenAsync(int port, string tube)
    {
        var connection = new BeanstalkdConnection();
        await connection._socket.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
        Expect("USING", await connection.AskAsync($"use {tube}\r\n").ConfigureAwait(false));
        Expect("WATCHING", await connection.AskAsync($"watch {tube}\r\n").ConfigureAwait(false));
        if (tube != "default")
            Expect("WATCHING", await connection.AskAsync("ignore default\r\n").ConfigureAwait(false));
        return connection;
    }

    public async Task PutAsync(string body) =>
        Expect("INSERTED", await AskAsync($"put 0 0 {LeaseSeconds} {body.Length}\r\n{body}\r\n").ConfigureAwait(false));

    public async Task<(string Id, string Body)> ReserveAsync()
    {
        var answer = await AskAsync("reserve\r\n").ConfigureAwait(false);
        Expect("RESERVED", answer);
        var words = answer.Split(' ');
        var length = int.Parse(words[2], CultureInfo.InvariantCulture);
        while (_end - _begin < length + 2)
            await ReceiveAsync().ConfigureAwait(false);
        var body = Encoding.ASCII.GetString(_received, _begin, length);
        _begin += length + 2;
        return (words[1], body);
    }

    public async Task DeleteAsync(string id) => Expect("DELETED", await AskAsync($"delete {id}\r\n").ConfigureAwait(false));

    public void Dispose() => _socket.Dispose();

    private async ValueTask<string> AskAsync(string command)
    {
        await _socket.SendAsync(Encoding.ASCII.GetBytes(command)).ConfigureAwait(false);
        int length;
        while ((length = _received.AsSpan(_begin, _end - _begin).IndexOf("\r\n"u8)) < 0)
            await ReceiveAsync().ConfigureAwait(false);
        var line = Encoding.ASCII.GetString(_received, _begin, length);
        _begin += length + 2;
        return line;
    }

    private async ValueTask ReceiveAsync()
    {
        // An answer has far fewer bytes than there is room.
        _received.AsSpan(_begin, _end - _begin).CopyTo(_received);
        (_begin, _end) = (0, _end - _begin);
        var count = await _socket.ReceiveAsync(_received.AsMemory(_end)).ConfigureAwait(false);
        _end += count > 0 ? count : throw new SocketException((int)SocketError.ConnectionReset);
    }

    private static void Expect(string word, string answer)
    {
        if (!answer.StartsWith(word, StringComparison.Ordinal))
            throw new InvalidOperationException($"beanstalkd answered {answer}, not {word}.");
    }
}
