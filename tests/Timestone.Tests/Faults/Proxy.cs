using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Timestone.Tests.Faults;

/// <summary>
/// A network between two programs, which can be cut and slowed: connections to it are passed on to a port of this machine.
/// </summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<(Socket Client, Socket Target), bool> _pairs = new();
    private readonly Func<int> _target;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _flow = Flowing();
    private volatile bool _refuses;
    private volatile int _slowness;

    /// <param name="target">The port to pass on to; asked anew for each connection.</param>
    public Proxy(Func<int> target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Each way to cut it, in some order.</summary>
    public Action[] Cuts(Random random)
    {
        Action[] cuts = [Drop, Delay, HalfClose];
        random.Shuffle(cuts);
        return cuts;
    }

    /// <summary>Cuts every connection, and new ones at once, until <see cref="Mend"/>.</summary>
    public void Drop()
    {
        _refuses = true;
        foreach (var (client, target) in _pairs.Keys)
            Close(client, target);
    }

    /// <summary>Delivers nothing in either direction until <see cref="Mend"/>; then everything.</summary>
    public void Delay() => _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds each piece of at most 16 KB back for a while, in both directions, until <see cref="Mend"/>.</summary>
    public void Slow(TimeSpan each) => _slowness = (int)each.TotalMilliseconds;

    /// <summary>Cuts the way back alone: requests arrive, answers do not, and who waits for them is told of the end.</summary>
    public void HalfClose()
    {
        foreach (var (client, _) in _pairs.Keys)
            Try(() => client.Shutdown(SocketShutdown.Send));
    }

    /// <summary>Lets everything pass again.</summary>
    public void Mend()
    {
        _refuses = false;
        _slowness = 0;
        _flow.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        Mend();
        await _accepting;
        foreach (var (client, target) in _pairs.Keys)
            Close(client, target);
    }

    private static TaskCompletionSource Flowing()
    {
        var flow = new TaskCompletionSource();
        flow.SetResult();
        return flow;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = PassAsync(client);
        }
    }

    private async Task PassAsync(Socket client)
    {
        var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var pair = (client, target);
        try
        {
            if (_refuses)
                return;
            await target.ConnectAsync(IPAddress.Loopback, _target());
            _pairs.TryAdd(pair, true);
            if (!_refuses)
                await Task.WhenAny(CopyAsync(client, target), CopyAsync(target, client));
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Nobody listens there, or the connection is over.
        }
        finally
        {
            _pairs.TryRemove(pair, out _);
            Close(client, target);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var length)
            {
                await _flow.Task;
                if (_slowness > 0)
                    await Task.Delay(_slowness);
                for (var sent = 0; sent < length;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The connection is over.
        }
    }

    private static void Close(Socket client, Socket target)
    {
        // Without the last words: what was under way is lost.
        Try(() => client.Close(0));
        Try(() => target.Close(0));
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}
