using System.Collections.Concurrent;

namespace Timestone.Engine;

/// <summary>
/// Sees to it that what is due in a queue of a shared journal happens although nobody calls: looks in the <see cref="IWakeTable"/> for
/// queues that are closed and due, and for those that an owner had open when it ended, and has them opened. Whoever owns it calls
/// <see cref="LookAsync"/> about every <see cref="Interval"/>, one call at a time.
/// </summary>
/// <param name="wake">Has a queue opened, here or elsewhere.</param>
/// <param name="notWoken">Is told of a queue that was not opened, and why; it is tried again at the next look.</param>
public sealed class WakeWatch(Func<string, CancellationToken, Task> wake, Action<string, Exception> notWoken)
{
    private const int MostAtOnce = 32;
    private static readonly TimeSpan NoteInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, bool> _unwoken = new(StringComparer.Ordinal);
    private long _notedAt;
    private bool _begun;

    /// <summary>How often to look.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Looks once, and notes now and then what is open here.</summary>
    /// <param name="table">The journal's table.</param>
    /// <param name="local">The service of this process.</param>
    /// <param name="parts">The parts of the table to look at.</param>
    /// <param name="alsoOpen">Whether to have those opened, too, that are noted as open and are not open here: their owner may have
    /// ended.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The store cannot be reached.</exception>
    public async Task LookAsync(
        IWakeTable table,
        LocalTimestone local,
        IEnumerable<int> parts,
        bool alsoOpen,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(local);
        if (!_begun)
            await table.BeginAsync(cancellationToken).ConfigureAwait(false);
        _begun = true;
        if (_notedAt == 0 || TimeProvider.System.GetElapsedTime(_notedAt) >= NoteInterval)
        {
            _notedAt = TimeProvider.System.GetTimestamp();
            await table.AddOpenAsync(local.Open, cancellationToken).ConfigureAwait(false);
        }

        var found = await Task.WhenAll(parts.Select(part => FindAsync(table, part, local, alsoOpen, cancellationToken)))
            .ConfigureAwait(false);
        await Parallel
            .ForEachAsync(
                found.SelectMany(static queues => queues).Union(_unwoken.Keys).ToArray(),
                new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken },
                WakeAsync
            )
            .ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<string>> FindAsync(
        IWakeTable table,
        int part,
        LocalTimestone local,
        bool alsoOpen,
        CancellationToken cancellationToken
    )
    {
        var due = await table.FindDueAsync(part, cancellationToken).ConfigureAwait(false);
        return alsoOpen
            ? [.. due, .. (await table.FindOpenAsync(part, cancellationToken).ConfigureAwait(false)).Where(queue => !local.IsOpen(queue))]
            : due;
    }

    private async ValueTask WakeAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            await wake(queue, cancellationToken).ConfigureAwait(false);
            _unwoken.TryRemove(queue, out _);
        }
#pragma warning disable CA1031 // Whatever it was, the others must go on being looked after.
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _unwoken[queue] = true;
            notWoken(queue, problem);
        }
    }
}
