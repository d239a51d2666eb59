using System.CommandLine;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary><c>timestone work</c></summary>
internal sealed class WorkCommand : CliCommand
{
    // EX_DATAERR of sysexits.h: the input is bad, and will be next time.
    private const int DataError = 65;

    private static readonly TimeSpan BriefWait = TimeSpan.FromMilliseconds(100);

    private readonly Argument<string> _queue;
    private readonly Option<string> _exec;
    private readonly Option<int?> _concurrency;
    private readonly Option<Metadata> _filter;
    private readonly Option<TimeSpan?> _lease;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<bool> _result;
    private readonly Option<int[]> _permanentExitCodes;
    private readonly Option<bool> _once;
    private readonly Option<bool> _untilEmpty;
    private readonly Option<string?> _worker;
    private readonly Option<bool> _quiet;

    public WorkCommand(CliHost host)
        : base(host, "work", "Runs a command for each message of a queue: exit code 0 completes it, another one fails the attempt.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _exec = Take(
            new Option<string>("--exec")
            {
                Description = "The command, run by the shell: payload on standard input, the rest in TIMESTONE_… variables.",
                HelpName = "command",
                Required = true,
            }
        );
        _concurrency = Take(CommonOptions.Number<int>("--concurrency", "How many commands run at once, 1 to 1000 (1)."));
        _filter = Take(CommonOptions.Filter());
        _lease = Take(
            CommonOptions.Duration(
                "--lease",
                "How long a lease lasts; extended while the command runs (what the message says, else the queue)."
            )
        );
        _wait = Take(
            CommonOptions.Duration(
                "--wait",
                "How long to wait at an empty queue before asking again, or ending; 100ms to 30s (20s, 100ms)."
            )
        );
        _result = Take(new Option<bool>("--result") { Description = "The command's output, if it is JSON, becomes the message's result." });
        _permanentExitCodes = Take(
            new Option<int[]>("--permanent-exit")
            {
                Description = $"An exit code that says that trying again is pointless; repeatable ({DataError}).",
                HelpName = "code",
            }
        );
        _once = Take(new Option<bool>("--once") { Description = "Ends after one message." });
        _untilEmpty = Take(
            new Option<bool>("--until-empty") { Description = "Ends when nothing is dequeueable and nothing is running here." }
        );
        _worker = Take(
            new Option<string?>("--worker")
            {
                Description = "The name under which leases are held (machine and process).",
                HelpName = "name",
            }
        );
        _quiet = Take(new Option<bool>("--quiet") { Description = "Does not tell of each command's end." });
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var mode = (call.Get(_once), call.Get(_untilEmpty)) switch
        {
            (true, true) => throw new UsageException("Give --once or --until-empty, not both."),
            (true, false) => WorkMode.Once,
            (false, true) => WorkMode.UntilEmpty,
            _ => WorkMode.Endless,
        };
        using var session = new WorkSession(call, mode, call.Get(_quiet));
        using var worker = CreateWorker(call, mode, session);
        await worker.StartAsync(CancellationToken.None).ConfigureAwait(false);
        var working = worker.ExecuteTask!;
        await working.WaitAsync(session.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // What runs may end: a user at a terminal is the one who loses patience, by asking again. Whoever sends SIGTERM is not there to do
        // so.
        var stopping = worker.StopAsync(CancellationToken.None);
        try
        {
            await stopping.WaitAsync(session.Leave).ConfigureAwait(false);
            await working.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (session.Leave.IsCancellationRequested)
        {
            ErrorReport.Write(session.Error, "not everything could be settled in time: its leases will expire");
        }

        return session.ExitCode();
    }

    private TimestoneWorker CreateWorker(Call call, WorkMode mode, WorkSession session)
    {
        // Standard output is the commands', unless it is wanted for results or for machines.
        var takesResult = call.Get(_result);
        var output = call.Json ? session.Error : session.Out;
        var command = new ShellCommand(call.Get(_exec)!, takesResult ? null : output, session.Error, Host.Time);
        var permanentExitCodes = call.Get(_permanentExitCodes) is { Length: > 0 } given ? given : [DataError];
        var options = new TimestoneWorkerOptions
        {
            Concurrency = mode == WorkMode.Once ? 1 : call.Get(_concurrency) ?? 1,
            Filter = call.Get(_filter)!,
            Lease = call.Get(_lease),
            ShutdownTimeout = TimeSpan.FromDays(1),
        };
        options.Wait = call.Get(_wait) ?? (mode == WorkMode.Endless ? options.Wait : BriefWait);
        options.WorkerName = call.Get(_worker) ?? options.WorkerName;
        try
        {
            return new TimestoneWorker(
                session.Watched(call.Timestone),
                call.Get(_queue),
                new ShellHandler(command, takesResult, permanentExitCodes, session, call),
                options,
                new WorkerWarnings(call, session.Error),
                Host.Time);
        }
        catch (ArgumentOutOfRangeException wrong)
        {
            throw new UsageException($"--{wrong.ParamName?.ToLowerInvariant()}: {wrong.ActualValue} is out of range.");
        }
    }
}
