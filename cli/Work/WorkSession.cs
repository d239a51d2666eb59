using System.Globalization;
using System.Text.Json;

namespace Timestone.Cli;

/// <summary>One run of <c>work</c>: tells what becomes of the commands, counts it, and knows when it is time to stop.</summary>
internal sealed class WorkSession : IDisposable
{
    private readonly Call _call;
    private readonly WorkMode _mode;
    private readonly bool _quiet;
    private readonly CancellationTokenSource _stop;
    private int _started;
    private int _notCompleted;
    private TimestoneException? _failure;

    public WorkSession(Call call, WorkMode mode, bool quiet)
    {
        _call = call;
        _mode = mode;
        _quiet = quiet;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(call.Host.Stop);
    }

    /// <summary>Canceled when no more messages are to be taken.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Dispose() => _stop.Dispose();

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
            _call.Out.WriteLine(JsonSerializer.Serialize(outcome, CliJson.Default.WorkOutcome));
            _call.Out.Flush();
        }
        else if (!_quiet)
            ErrorReport.Write(_call.Error, Describe(outcome));
    }

    /// <summary>The service as the worker is to see it. Who works on without end waits where it is empty or fails; who does not, ends.</summary>
    public ITimestone Watched(ITimestone timestone) => _mode == WorkMode.Endless ? timestone : new LeaseWatch(timestone, _stop.Cancel, Fail);

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
        return _notCompleted == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static string Describe(WorkOutcome outcome)
    {
        var exit = outcome.ExitCode is null or 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", exit code {outcome.ExitCode}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Id} {Text.Name(outcome.Outcome).Replace('_', ' ')} (attempt {outcome.Attempt}, {Durations.Rough(outcome.Seconds)}{exit})");
    }
}
