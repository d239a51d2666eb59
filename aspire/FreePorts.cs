using System.Net;
using System.Net.Sockets;

namespace Timestone.AppHost;

/// <summary>Finds ports for a server that listens on two and is told one.</summary>
internal static class FreePorts
{
    // Below those that Linux gives to outgoing connections.
    private const int Lowest = 15_000, Highest = 31_000;

    /// <summary>A port that is free now, as is the one at the given distance above it.</summary>
    public static int With(int distance)
    {
        while (true)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if (IsFree(port) && IsFree(port + distance))
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
