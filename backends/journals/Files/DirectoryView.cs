using Microsoft.Win32.SafeHandles;

namespace Timestone.Journals.Files;

/// <summary>A directory of the file system in which nothing is changed, and which no journal holds meanwhile.</summary>
internal sealed class DirectoryView : IJournalDisk, IDisposable
{
    private readonly string _directory;
    private readonly SafeFileHandle? _lock;

    /// <exception cref="DirectoryNotFoundException">There is no journal.</exception>
    /// <exception cref="IOException">A process has it, or it cannot be read.</exception>
    public DirectoryView(string directory)
    {
        _directory = Path.GetFullPath(directory);
        if (!Directory.Exists(_directory))
            throw new DirectoryNotFoundException($"There is no directory '{_directory}'.");
        var names = List();
        if (!FileNames.IsBegun(names) && !names.Contains(FileNames.Mark) && !names.Contains(DirectoryDisk.LockName))
            throw new DirectoryNotFoundException($"There is no journal in '{_directory}'.");
        // A copy may lack the file.
        if (!names.Contains(DirectoryDisk.LockName))
            return;
        try
        {
            // The framework takes a shared lock, where whoever has the directory has an exclusive one.
            _lock = Open(Path.Combine(_directory, DirectoryDisk.LockName), FileShare.Read);
        }
        catch (IOException failure) when (failure.InnerException is not UnauthorizedAccessException)
        {
            throw new IOException($"A server has the journal in '{_directory}'. Stop it first.", failure);
        }
    }

    public IReadOnlyList<string> List() =>
        Guard(() => Directory.EnumerateFiles(_directory).Select(static path => Path.GetFileName(path)).ToArray());

    public IJournalFile Open(string name) => new ViewedFile(Open(Path.Combine(_directory, name), FileShare.ReadWrite | FileShare.Delete));

    public IJournalFile Create(string name, long length) => throw new NotSupportedException();

    public void Rename(string name, string newName) => throw new NotSupportedException();

    public void Delete(string name) => throw new NotSupportedException();

    public void Dispose() => _lock?.Dispose();

    private static SafeFileHandle Open(string path, FileShare share) =>
        Guard(() => File.OpenHandle(path, FileMode.Open, FileAccess.Read, share));

    private static T Guard<T>(Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    private sealed class ViewedFile(SafeFileHandle handle) : IJournalFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long offset)
        {
            var total = 0;
            while (total < buffer.Length && RandomAccess.Read(handle, buffer[total..], offset + total) is var read and > 0)
                total += read;
            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => throw new NotSupportedException();

        public void Flush() => throw new NotSupportedException();

        public void Truncate(long length) => throw new NotSupportedException();

        public void Dispose() => handle.Dispose();
    }
}
