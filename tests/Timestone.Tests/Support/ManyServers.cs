using System.Runtime.CompilerServices;

namespace Timestone.Tests.Support;

/// <summary>Servers of tests run side by side, and gRPC's port is one unless they are told: those that serve it say where.</summary>
internal static class ManyServers
{
    [ModuleInitializer]
    internal static void ServeNoGrpc() => Environment.SetEnvironmentVariable("Timestone__GrpcUrls", "off");
}
