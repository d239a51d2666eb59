using Timestone.Journals.Files;

namespace Timestone.Tests.Journal;

/// <summary>
/// A disk in memory that fails when told to, and of which a crash keeps what was flushed and any of the rest. For several threads.
/// </summary>
internal sealed class FaultyDisk(long capacity = long.MaxValue) : IJournalDisk
{
    private readonly Dictionary<string, Content> _files = [];
    private readonly Lock _sync = new();

    /// <summary>Bytes that all files together can have.</summary>
    public long Capacity { get; set; } = capacity;

    /// <summary>Whether no file can be made.</summary>
    public bool Forbids { get; set; }

    public int Writes { get; private set; }

    public int Flushes { get; private set; }

    /// <summary>Asked before every operation by its name (create, write, flush, truncate, rename, delete); true makes it fail.</summary>
    public Func<string, bool> Fails { get; set; } = static _ => false;

    public long Used
    {
        get
        {
            lock (_sync)
                return _files.Values.Sum(static file => (long)file.Now.Length);
        }
    }

    public long? FreeBytes => Capacity - Used;

    public IReadOnlyList<string> List()
    {
        lock (_sync)
            return [.. _files.Keys];
    }

    public IJournalFile Create(string name, long length)
    {
        lock (_sync)
        {
            Attempt("create");
            if (Forbids)
                throw new IOException("Access denied.", new UnauthorizedAccessException());
            if (Used + length > Capacity)
                throw Posix.WantOfSpace("No space left on device.");
            _files.Add(name, new Content { Now = new byte[length], Durable = new byte[length] });
            return Open(name);
        }
    }

    public IJournalFile Open(string name)
    {
        lock (_sync)
            return new Handle(this, _files[name]);
    }

    public void Rename(string name, string newName)
    {
        lock (_sync)
        {
            Attempt("rename");
            _files.Add(newName, _files[name]);
            _files.Remove(name);
        }
    }

    public void Delete(string name)
    {
        lock (_sync)
        {
            Attempt("delete");
            _files.Remove(name);
        }
    }

    /// <summary>The contents of a file as the system sees them; change them to damage it.</summary>
    public byte[] Bytes(string name) => _files[name].Now;

    /// <summary>Puts a file there, durably.</summary>
    public void Put(string name, byte[] bytes) => _files[name] = new Content { Now = [.. bytes], Durable = [.. bytes] };

    /// <summary>What is there after a crash: what was flushed, and of the later writes those sectors that are kept.</summary>
    /// <param name="keeps">Asked for each sector not flushed, and each truncation; null keeps none.</param>
    public FaultyDisk Crash(Func<bool>? keeps = null)
    {
        var after = new FaultyDisk(Capacity);
        foreach (var (name, file) in _files)
        {
            var content = new Content { Now = [.. file.Durable], Durable = [] };
            foreach (var change in file.Unflushed)
            {
                if (keeps is not null && keeps())
                    content.Now = change.Apply(content.Now);
            }

            after.Put(name, content.Now);
        }

        return after;
    }

    private void Attempt(string operation)
    {
        if (Fails(operation))
            throw new IOException($"Injected: {operation} failed.");
    }

    /// <summary>A sector written, or with no bytes a truncation.</summary>
    private readonly record struct Change(int Offset, byte[]? Bytes)
    {
        public byte[] Apply(byte[] to)
        {
            if (Bytes is null)
                return to.Length > Offset ? to[..Offset] : to;
            if (Offset + Bytes.Length <= to.Length)
                Bytes.CopyTo(to, Offset);
            return to;
        }
    }

    private sealed class Content
    {
        public required byte[] Now { get; set; }

        public required byte[] Durable { get; set; }

        public List<Change> Unflushed { get; } = [];

        public void Do(Change change)
        {
            Now = change.Apply(Now);
            Unflushed.Add(change);
        }
    }

    private sealed class Handle(FaultyDisk disk, Content content) : IJournalFile
    {
        private const int SectorBytes = 512;

        public long Length => content.Now.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            lock (disk._sync)
            {
                var from = content.Now.AsSpan((int)offset);
                from = from[..Math.Min(from.Length, buffer.Length)];
                from.CopyTo(buffer);
                return from.Length;
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (disk._sync)
            {
                if (offset + bytes.Length > Length)
                    throw new InvalidOperationException("A write beyond what was set aside.");
                disk.Attempt("write");
                disk.Writes++;
                for (var at = (int)offset; !bytes.IsEmpty;)
                {
                    var sector = Math.Min(bytes.Length, SectorBytes - (at % SectorBytes));
                    content.Do(new Change(at, bytes[..sector].ToArray()));
                    bytes = bytes[sector..];
                    at += sector;
                }
            }
        }

        public void Flush()
        {
            lock (disk._sync)
            {
                disk.Attempt("flush");
                disk.Flushes++;
                foreach (var change in content.Unflushed)
                    content.Durable = change.Apply(content.Durable);
                content.Unflushed.Clear();
            }
        }

        public void Truncate(long length)
        {
            lock (disk._sync)
            {
                disk.Attempt("truncate");
                content.Do(new Change((int)length, null));
            }
        }

        public void Dispose()
        {
        }
    }
}
