using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Timestone.Engine;

/// <summary>
/// Hints to the processor to fetch memory that will be read soon. They change nothing but time, and do nothing where there are none.
/// </summary>
/// <remarks>The collector may move what an address points at: a hint to fetch the wrong line, or none, is harmless.</remarks>
internal static unsafe class Cache
{
    private const int LineBytes = 64;

    /// <summary>Fetches the place itself.</summary>
    public static void Prefetch<T>(ref T place)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref place));
    }

    /// <summary>Fetches an object up to so many bytes.</summary>
    public static void Prefetch(object? target, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        var address = (byte*)*(void**)Unsafe.AsPointer(ref target);
        for (var at = 0; at < bytes; at += LineBytes)
            Sse.Prefetch0(address + at);
    }
}
