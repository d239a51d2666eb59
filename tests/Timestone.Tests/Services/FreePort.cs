using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Timestone.Tests.Services;

/// <summary>
/// Ports for servers that are killed while others still call them. They lie below those that Linux gives by itself, and each is given
/// once, so that no other program answers, or is called, in a dead server's place.
/// </summary>
public static class FreePort
{
    private const int Lowest = 15_000, Highest = 31_000;
    private static int _given = Random.Shared.Next(Highest - Lowest);

    /// <summary>A port that is free now, as are those at the given distances above it.</summary>
    public static int With(params int[] distances)
    {
        while (true)
        {
            var count = distances.Append(0).Max() + 1;
            var port = Lowest + ((Interlocked.Add(ref _given, count) - count) % (Highest - Lowest));
            if (distances.Prepend(0).All(distance => IsFree(port + distance)))
                return port;
        }
    }

    /// <summary>One as a program's argument.</summary>
    public static string Text() => With().ToString(CultureInfo.InvariantCulture);

    /// <summary>One as the address of a server.</summary>
    public static string Url() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{With()}");

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
