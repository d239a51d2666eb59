using System.Runtime.InteropServices;

namespace Timestone.Hosting;

/// <summary>
/// How many connections a server takes by default. Each is a file descriptor, and a process that has none left can neither write its
/// journal nor reach Redis; in the end it dies. So a part of what the process may have is never given to connections.
/// </summary>
internal static partial class DescriptorLimit
{
    // A server has 205 descriptors at its start and a silo 274, most of them the program's own files. The rest is for the journal's
    // segments and its readers, and for connections to Redis, Kafka and Elasticsearch; a quarter of many, as silos and their clients
    // connect beside HTTP.
    private const long Reserved = 400;
    private const int Quarter = 4;

    /// <summary>How many connections this process can take; null where the system does not limit descriptors.</summary>
    public static long? Connections()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return null;
        return GetLimit(OperatingSystem.IsLinux() ? 7 : 8, out var limit) == 0 ? ConnectionsWithin(limit.Current) : null;
    }

    /// <summary>How many connections fit into so many descriptors; null for without limit.</summary>
    public static long? ConnectionsWithin(ulong descriptors)
    {
        if (descriptors > int.MaxValue)
            return null;
        var all = (long)descriptors;
        return Math.Max(all - Math.Max(Reserved, all / Quarter), Math.Max(1, all / Quarter));
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit
    {
        public readonly ulong Current;
        public readonly ulong Most;
    }
}
