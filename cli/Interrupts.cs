using System.Runtime.InteropServices;

namespace Timestone.Cli;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP, counted: the first asks to stop, the second to stop at once, and a third is left to its default,
/// which ends the process whatever it does.
/// </summary>
public sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _terminate = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    /// <summary>Starts to listen.</summary>
    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    /// <summary>Canceled by the first.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Canceled by the first if that is not SIGINT, which a terminal sends for a user who may ask again.</summary>
    public CancellationToken Terminate => _terminate.Token;

    /// <summary>Canceled by the second.</summary>
    public CancellationToken Kill => _kill.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _terminate.Dispose();
        _kill.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        var count = Interlocked.Increment(ref _count);
        context.Cancel = count <= 2;
        if (count > 1)
        {
            _kill.Cancel();
            return;
        }

        if (context.Signal != PosixSignal.SIGINT)
            _terminate.Cancel();
        _stop.Cancel();
    }
}
