using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Timestone.Engine;

namespace Timestone.Journals.Files;

/// <summary>
/// The system calls that durability stands on, each of which fails when the system says so. The framework's own are no
/// substitute: <see cref="RandomAccess.FlushToDisk"/> returns after an fsync that failed, opening a file passes over most errors
/// of preallocation, and over a lock that the file system does not have.
/// </summary>
internal static partial class Posix
{
    private const int Interrupted = 4, WouldBlockLinux = 11, InvalidArgument = 22, WouldBlockApple = 35, NotSupportedLinux = 95;
    private const int NoSpace = 28, QuotaExceededLinux = 122, QuotaExceededApple = 69;
    private const int DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);
    private const int FullSync = 51;
    private const int BootClock = 7;
    private const int LockExclusive = 2, LockNonBlocking = 4;

    private static readonly Guid? Boot = ReadBoot();

    /// <summary>Makes durable what was written to a file.</summary>
    /// <exception cref="IOException">It failed. What has become of it is unknown, and another try may succeed and change
    /// nothing.</exception>
    public static void Sync(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
            RandomAccess.FlushToDisk(file);
        // Where the file system of a Mac cannot, an fsync does what can be done.
        else if ((!OperatingSystem.IsMacOS() || Retry(() => fcntl(file, FullSync)) != 0) && Retry(() => fsync(file)) != 0)
            throw Failure("The file cannot be synced");
    }

    /// <summary>Makes durable which files a directory has. Windows has no such call and needs none.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Retry(() => open(path, 0));
        if (descriptor < 0)
            throw Failure($"The directory '{path}' cannot be opened");
        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Retry(() => fsync(directory)) != 0)
            throw Failure($"The directory '{path}' cannot be synced");
    }

    /// <summary>Sets space aside for an empty file, which has that length then and reads as zeros.</summary>
    /// <exception cref="IOException">There is no room, or it failed.</exception>
    public static void Allocate(SafeFileHandle file, long length)
    {
        // It answers the error itself. Where the file system cannot do it, glibc writes to each block; others leave that to us.
        var error = OperatingSystem.IsLinux() ? NotSupportedLinux : InvalidArgument;
        if (OperatingSystem.IsLinux())
        {
            do
                error = posix_fallocate(file, 0, length);
            while (error == Interrupted);
        }

        if (error is NotSupportedLinux or InvalidArgument)
            WriteZeros(file, length);
        else if (error != 0)
            throw Failure("Space cannot be set aside", error);
    }

    /// <summary>Whether the disk, or a quota, has no room for what failed.</summary>
    public static bool IsWantOfSpace(Exception failure)
    {
        // Whoever wraps an error keeps it inside.
        while (failure.InnerException is { } cause)
            failure = cause;
        return failure.HResult is NoSpace or DiskFullWindows or HandleDiskFullWindows
            || failure.HResult == (OperatingSystem.IsMacOS() ? QuotaExceededApple : QuotaExceededLinux);
    }

    /// <summary>What a disk without room throws: for disks that are none of the system's.</summary>
    public static IOException WantOfSpace(string message) => new(message, NoSpace);

    /// <summary>Takes the lock of a file, until it is closed or the process ends; false when somebody else has it.</summary>
    /// <exception cref="IOException">The file system has no locks.</exception>
    public static bool TryLock(SafeFileHandle file)
    {
        // There the sharing that a file was opened with does it.
        if (OperatingSystem.IsWindows())
            return true;
        if (Retry(() => flock(file, LockExclusive | LockNonBlocking)) == 0)
            return true;
        if (Marshal.GetLastPInvokeError() is WouldBlockLinux or WouldBlockApple)
            return false;
        throw Failure("The file cannot be locked");
    }

    /// <summary>
    /// The time since the machine's boot, while it was suspended too; null where the system is not Linux. The framework's clocks stand
    /// while the machine is suspended, or do not say of which boot they are.
    /// </summary>
    public static BootTime? TimeSinceBoot() => Boot is { } boot && clock_gettime(BootClock, out var time) == 0
        ? new BootTime(boot, (time.Seconds * 1000L) + (time.Nanoseconds / 1_000_000))
        : null;

    private static Guid? ReadBoot()
    {
        try
        {
            return OperatingSystem.IsLinux() && Guid.TryParse(File.ReadAllText("/proc/sys/kernel/random/boot_id"), out var boot)
                ? boot
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void WriteZeros(SafeFileHandle file, long length)
    {
        var zeros = new byte[(int)Math.Min(length, 1024 * 1024)];
        for (var at = 0L; at < length; at += zeros.Length)
            RandomAccess.Write(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, length - at)), at);
    }

    private static int Retry(Func<int> call)
    {
        while (true)
        {
            var result = call();
            if (result >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
                return result;
        }
    }

    private static IOException Failure(string what) => Failure(what, Marshal.GetLastPInvokeError());

    // As the framework does: the error's number is the result's.
    private static IOException Failure(string what, int error) => new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fcntl(SafeFileHandle file, int command);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int flock(SafeFileHandle file, int operation);

    // No call of the system, and shorter than telling the garbage collector of it.
    [LibraryImport("libc")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int clock_gettime(int clock, out Timespec time);

    // Two longs of C, which are as wide as a pointer on Linux.
    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_fallocate(SafeFileHandle file, long offset, long length);
}
