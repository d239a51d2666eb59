using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Timestone.Backends.Kafka;

/// <summary>
/// The native library that Confluent.Kafka stands on: the one that comes with its package where that is present, else the system's,
/// under the name that the linker knows it by.
/// </summary>
public static class KafkaLibrary
{
    private static readonly string[] SystemNames = ["librdkafka.so.1", "librdkafka.1.dylib"];

    static KafkaLibrary() => NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);

    /// <summary>Loads it; to be called before anything else of Confluent.Kafka is used.</summary>
    /// <exception cref="DllNotFoundException">It is not installed; the message says how to get it.</exception>
    public static void Load()
    {
        try
        {
            _ = Library.Version;
        }
        catch (DllNotFoundException problem)
        {
            throw new DllNotFoundException("Kafka needs librdkafka, which is not installed. On Debian and Ubuntu: apt-get install librdkafka1.", problem);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (NativeLibrary.TryLoad(name, assembly, path, out var handle) || !name.Contains("librdkafka", StringComparison.Ordinal))
            return handle;
        foreach (var systemName in SystemNames)
        {
            if (NativeLibrary.TryLoad(systemName, out handle))
                return handle;
        }

        return 0;
    }
}
