using Timestone.Engine;

namespace Timestone.Grains;

/// <summary>What the grains of one silo share: the service of this process, which has the queues open whose grains are here.</summary>
public sealed class SiloQueues : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private volatile Opened? _opened;

    /// <summary>The service of this process.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it is not open.</exception>
    public LocalTimestone Local => (_opened ?? throw NotOpen()).Local;

    /// <summary>The journal, where others can reach it too; null where this process has it for itself.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: it is not open.</exception>
    public ISharedJournal? Shared => (_opened ?? throw NotOpen()).Journal as ISharedJournal;

    /// <summary>Whether there is a service.</summary>
    public bool IsOpen => _opened is not null;

    /// <summary>Trips when the silo begins to stop: waits end, so that its grains can be deactivated.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Gives the grains the service to work with, or another one.</summary>
    /// <param name="local">The service; it must give way (<see cref="LocalTimestoneOptions.GiveWay"/>). Not disposed of here.</param>
    /// <param name="journal">Its journal.</param>
    public void Open(LocalTimestone local, IJournal journal) => _opened = new Opened(local, journal);

    /// <summary>Takes the service away: calls are told that it is unavailable.</summary>
    public void Close() => _opened = null;

    /// <summary>Ends waits, now and from now on.</summary>
    public Task StopAsync() => _stopping.CancelAsync();

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private static TimestoneException NotOpen() => new(ErrorCode.Unavailable, "The silo's journal is not open.");

    private sealed record Opened(LocalTimestone Local, IJournal Journal);
}
