using Spectre.Console;

namespace Timestone.Cli;

/// <summary>A progress bar on standard error while lines are enqueued; nothing where that is no terminal.</summary>
internal sealed class ProgressMeter : IAsyncDisposable
{
    private readonly CliHost _host;
    private readonly TaskCompletionSource _ended = new();
    private IAnsiConsole? _console;
    private Task _drawing = Task.CompletedTask;
    private ProgressTask? _task;

    private ProgressMeter(CliHost host) => _host = host;

    /// <summary>Starts to draw, unless answers would be written over it. How much there is to do is known only of a file.</summary>
    public static async Task<ProgressMeter> StartAsync(Call call, Stream input)
    {
        var meter = new ProgressMeter(call.Host);
        if (!call.Host.ErrorIsTerminal || (call.Json && call.Host.OutIsTerminal))
            return meter;
        var started = new TaskCompletionSource<ProgressTask>();
        meter._console = Terminal.Error(call.Host);
        meter._drawing = meter._console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask("enqueueing", maxValue: input.CanSeek ? Math.Max(1, input.Length - input.Position) : 1);
                task.IsIndeterminate = !input.CanSeek;
                started.SetResult(task);
                return meter._ended.Task;
            });
        meter._task = await started.Task.ConfigureAwait(false);
        return meter;
    }

    public void Report(long messages, long bytes)
    {
        if (_task is null)
            return;
        _task.Description = $"{messages} messages";
        if (!_task.IsIndeterminate)
            _task.Value = bytes;
    }

    /// <summary>An error's line, above the bar where there is one.</summary>
    public void WriteError(string what)
    {
        if (_console is null)
            ErrorReport.Write(_host.Error, what);
        else
            _console.WriteLine($"timestone: {Text.Clean(what)}");
    }

    /// <summary>Clears the bar.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        await _drawing.ConfigureAwait(false);
    }
}
