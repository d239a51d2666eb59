using System.Net;
using System.Net.Sockets;

namespace Timestone.Silo;

/// <summary>
/// The two ports that a silo listens on. Orleans binds them so that several processes can have one port at a time. A second silo would get
/// some of the first one's connections, and on its silo port it would have the first declared dead. So it is asked here whether a port is
/// free.
/// </summary>
internal sealed class SiloPorts : IDisposable
{
    private readonly SiloOptions _options;
    private readonly List<Socket> _held = [];

    private SiloPorts(SiloOptions options, bool alone)
    {
        _options = options;
        SiloPort = Choose("--silo-port", options.SiloPort, alone ? SiloOptions.UsualSiloPort : null);
        GatewayPort = Choose("--gateway-port", options.GatewayPort, alone ? SiloOptions.UsualGatewayPort : null);
    }

    /// <summary>The port for other silos.</summary>
    public int SiloPort { get; }

    /// <summary>The port for Orleans clients.</summary>
    public int GatewayPort { get; }

    /// <summary>Where both are for others.</summary>
    public IPAddress Advertised => _options.Address;

    /// <summary>Whether at least one of them was chosen here, so that nobody can know it without being told.</summary>
    public bool IsChosen => _options.SiloPort is null || _options.GatewayPort is null;

    // What Orleans is told to listen on.
    private IPAddress Address => IPAddress.IsLoopback(_options.Address) ? _options.Address
        : _options.Address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <summary>Chooses the ports that were not given, and makes sure of those that were.</summary>
    /// <param name="options">What the silo was told.</param>
    /// <param name="alone">Whether it is a cluster by itself: then clients look for it on the usual ports, which it has if they are
    /// free.</param>
    /// <exception cref="IOException">A port that was given is in use.</exception>
    public static SiloPorts Choose(SiloOptions options, bool alone) => new(options, alone);

    /// <summary>Makes sure again of those that were given, for the time that has passed since.</summary>
    /// <exception cref="IOException">One is in use.</exception>
    public void Check()
    {
        if (_options.SiloPort is { } silo)
            Require("--silo-port", silo);
        if (_options.GatewayPort is { } gateway)
            Require("--gateway-port", gateway);
    }

    /// <inheritdoc/>
    public void Dispose() => _held.ForEach(static socket => socket.Dispose());

    private int Choose(string option, int? given, int? usual)
    {
        if (given is { } port)
        {
            Require(option, port);
            return port;
        }

        return usual is { } first && IsFree(first) ? first : Hold();
    }

    // Bound, and so no other's choice, but not listening: Orleans can bind it as well.
    private int Hold()
    {
        var socket = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _held.Add(socket);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(Address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Require(string option, int port)
    {
        if (!IsFree(port))
        {
            var address = new IPEndPoint(Address, port);
            throw new IOException($"{option}: {address} is in use, as by another silo of this machine; give this one another port.");
        }
    }

    private bool IsFree(int port)
    {
        // To bind it is not enough: two that only bind can have a port together.
        using var listener = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(Address, port));
            listener.Listen(1);
            return true;
        }
        catch (SocketException problem) when (problem.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
