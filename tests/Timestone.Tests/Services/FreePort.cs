using System.Net;
using System.Net.Sockets;

namespace Timestone.Tests.Services;

/// <summary>
/// Ports for servers that are killed and started again on the same port. They lie below those that Linux gives to outgoing connections,
/// so that none of these takes the port meanwhile.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 15_000, Highest = 31_000;

    /// <summary>A port that is free now, as are those at the given distances above it.</summary>
    public static int With(params int[] distances)
    {
        while (true)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if (distances.Prepend(0).All(distance => IsFree(port + distance)))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
