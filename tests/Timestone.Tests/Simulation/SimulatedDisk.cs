using Timestone.Journals.Files;

namespace Timestone.Tests.Simulation;

/// <summary>
/// A disk in memory that keeps the promises of <see cref="IJournalDisk"/> and no others: what is not flushed can be lost, in
/// part and in any order; space runs out; operations fail; and at any operation the machine can stop.
/// </summary>
/// <param name="random">Decides what becomes of what was not flushed, and which operations fail.</param>
internal sealed class SimulatedDisk(Random random) : IJournalDisk
{
    private readonly Dictionary<string, SimulatedFile> _files = [];
    private int? _operationsLeft;

    /// <summary>Bytes that fit on it.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Bytes that files take.</summary>
    public long Used => _files.Values.Sum(file => file.Length);

    /// <summary>Of so many operations one fails; 0 for none.</summary>
    public int OneInFails { get; set; }

    /// <summary>Whether every flush fails, as of a disk that is dying.</summary>
    public bool FlushesFail { get; set; }

    /// <summary>Whether nothing can be made, renamed or removed, as in a directory that became unwritable.</summary>
    public bool IsUnwritable { get; set; }

    /// <summary>Whether the high-water mark stays as it was made: a bug to plant.</summary>
    public bool LosesMarks { get; init; }

    /// <summary>Whether flushes do nothing and say that they did: a bug to plant.</summary>
    public bool LiesAboutFlushes { get; init; }

    /// <summary>Whether the machine has stopped: everything fails until <see cref="Start"/>.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Whether anything has failed since <see cref="Start"/>, but for want of space.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>How often it was started: files opened before are of no use.</summary>
    public int Starts { get; private set; }

    public Random Random => random;

    /// <summary>Has the machine stop in the middle of the operation after so many more.</summary>
    public void StopAfter(int operations) => _operationsLeft = operations;

    /// <summary>Has the machine stop now.</summary>
    public void Stop() => Stopped = HasFailed = true;

    /// <summary>Has nothing fail any more.</summary>
    public void Calm() => (_operationsLeft, OneInFails, Capacity, FlushesFail, IsUnwritable) = (null, 0, long.MaxValue, false, false);

    /// <summary>Starts the machine again.</summary>
    /// <param name="powerLost">Whether the power was lost, and with it what was not flushed; else only the process ended.</param>
    public void Start(bool powerLost)
    {
        Stopped = HasFailed = false;
        _operationsLeft = null;
        Starts++;
        foreach (var file in _files.Values.Where(_ => powerLost))
            file.LosePower();
    }

    /// <summary>A file, to be looked at and meddled with.</summary>
    public SimulatedFile this[string name] => _files[name];

    /// <summary>Removes a file without anybody's doing.</summary>
    public void Lose(string name) => _files.Remove(name);

    /// <summary>Remembers all files; answers what puts them back.</summary>
    public Action Remember()
    {
        var files = _files.ToDictionary(static file => file.Key, static file => file.Value.Copy());
        return () =>
        {
            _files.Clear();
            foreach (var (name, file) in files)
                _files.Add(name, file);
        };
    }

    public IReadOnlyList<string> List()
    {
        ThrowIfStopped();
        // In no particular order.
        var names = _files.Keys.ToArray();
        random.Shuffle(names);
        return names;
    }

    public IJournalFile Create(string name, long length)
    {
        var half = Begin(fails: IsUnwritable);
        if (_files.ContainsKey(name))
            throw new IOException($"'{name}' exists.");
        if (Used + length > Capacity)
            throw Posix.WantOfSpace("No space left on the disk.");
        if (half is null or true)
            _files.Add(name, new SimulatedFile(this, length) { LosesWrites = LosesMarks && name == FileNames.Mark });
        End(half);
        return new SimulatedHandle(this, _files[name]);
    }

    public IJournalFile Open(string name)
    {
        ThrowIfStopped();
        return new SimulatedHandle(this, _files.GetValueOrDefault(name) ?? throw new IOException($"There is no '{name}'."));
    }

    public void Rename(string name, string newName)
    {
        var half = Begin(fails: IsUnwritable);
        if (!_files.TryGetValue(name, out var file) || _files.ContainsKey(newName))
            throw new IOException($"'{name}' cannot be renamed to '{newName}'.");
        if (half is null or true)
        {
            _files.Remove(name);
            _files.Add(newName, file);
        }

        End(half);
    }

    public void Delete(string name)
    {
        var half = Begin(fails: IsUnwritable);
        if (!_files.ContainsKey(name))
            throw new IOException($"There is no '{name}'.");
        if (half is null or true)
            _files.Remove(name);
        End(half);
    }

    /// <summary>Begins an operation that changes something.</summary>
    /// <returns>Null when it goes well; else it is to fail, and this says whether it shall have had its effect.</returns>
    /// <param name="fails">Whether it fails in any case.</param>
    public bool? Begin(bool fails = false)
    {
        ThrowIfStopped();
        if (_operationsLeft-- == 0)
            Stopped = true;
        else if (!fails && (OneInFails == 0 || random.Next(OneInFails) != 0))
            return null;
        HasFailed = true;
        // What fails while the machine goes on has no effect on directories, as the seam promises.
        return Stopped && random.Next(2) == 0;
    }

    /// <summary>Ends an operation as it began.</summary>
    public void End(bool? half)
    {
        if (half is not null)
            throw new IOException(Stopped ? "The machine has stopped." : "The disk failed.");
    }

    public void ThrowIfStopped()
    {
        if (Stopped)
            throw new IOException("The machine has stopped.");
    }
}
