using System.Globalization;
using System.Text.Json;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>One run of <c>work</c>: tells what becomes of the commands, counts it, and knows when it is time to stop.</summary>
internal sealed class WorkSession : IDisposable
{
    // After SIGTERM. What is killed has to be given back before the end.
    private static readonly TimeSpan CommandsMayTake = TimeSpan.FromSeconds(27), StopMayTake = TimeSpan.FromSeconds(30);

    private readonly Call _call;
    private readonly WorkMode _mode;
    private readonly bool _quiet;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _kill;
    private readonly CancellationTokenSource _patience;
    private readonly CancellationTokenSource _leave;
    private readonly CancellationTokenRegistration _terminated;
    private readonly TolerantWriter _out;
    private int _started;
    private int _notCompleted;
    private TimestoneException? _failure;

    public WorkSession(Call call, WorkMode mode, bool quiet)
    {
        _call = call;
        _mode = mode;
        _quiet = quiet;
        _out = new TolerantWriter(call.Out);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(call.Host.Stop);
        _patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, call.Host.Time);
        _leave = new CancellationTokenSource(Timeout.InfiniteTimeSpan, call.Host.Time);
        _kill = CancellationTokenSource.CreateLinkedTokenSource(call.Host.Kill, _patience.Token);
        _terminated = call.Host.Terminate.Register(() =>
        {
            _patience.CancelAfter(CommandsMayTake);
            _leave.CancelAfter(StopMayTake);
        });
    }

    /// <summary>Standard output. What cannot be written is dropped: it must never decide about a message.</summary>
    public TextWriter Out => _out;

    /// <summary>Standard error, which never throws either.</summary>
    public TextWriter Error => _call.Error;

    /// <summary>Canceled when no more messages are to be taken.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Canceled when commands that still run are to be killed.</summary>
    public CancellationToken Kill => _kill.Token;

    /// <summary>Canceled when the run is to end whatever is still unsettled.</summary>
    public CancellationToken Leave => _leave.Token;

    public void Dispose()
    {
        _terminated.Dispose();
        foreach (var source in (CancellationTokenSource[])[_stop, _kill, _patience, _leave])
            source.Dispose();
    }

    /// <summary>A command is about to run.</summary>
    public void Begin()
    {
        Interlocked.Increment(ref _started);
        if (_mode == WorkMode.Once)
            _stop.Cancel();
    }

    /// <summary>A command has ended.</summary>
    public void End(WorkOutcome outcome)
    {
        if (outcome.Outcome != CommandEnd.Completed)
            Interlocked.Increment(ref _notCompleted);
        if (_call.Json)
        {
            Out.WriteLine(JsonSerializer.Serialize(outcome, CliJson.Default.WorkOutcome));
            Out.Flush();
        }
        else if (!_quiet)
            ErrorReport.Write(Error, Describe(outcome));
    }

    /// <summary>
    /// The service as the worker is to see it. Who works on without end waits where it is empty or fails; who does not, ends.
    /// </summary>
    public ITimestone Watched(ITimestone timestone) =>
        _mode == WorkMode.Endless ? timestone : new LeaseWatch(timestone, _stop.Cancel, Fail);

    private void Fail(TimestoneException failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        _stop.Cancel();
    }

    /// <summary>What the run comes to.</summary>
    /// <exception cref="TimestoneException">A request was refused.</exception>
    public int ExitCode()
    {
        if (_call.Host.Stop.IsCancellationRequested)
            return ExitCodes.Interrupted;
        if (_failure is not null)
            throw _failure;
        if (_mode == WorkMode.Once && _started == 0)
            return ExitCodes.NothingDequeued;
        if ((_out.Problem ?? (_call.Error as TolerantWriter)?.Problem) is { } problem)
            throw problem;
        return _notCompleted == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static string Describe(WorkOutcome outcome)
    {
        var exit = outcome.ExitCode is null or 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", exit code {outcome.ExitCode}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Id} {EnumNames.Of(outcome.Outcome).Replace('_', ' ')} (attempt {outcome.Attempt}, {Durations.Rough(outcome.Seconds)}{exit})"
        );
    }
}
