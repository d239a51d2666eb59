using Spectre.Console;

namespace Timestone.Cli;

/// <summary>A progress bar on standard error while lines are enqueued; nothing where that is no terminal.</summary>
internal sealed class ProgressMeter : IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new();
    private Task _drawing = Task.CompletedTask;
    private ProgressTask? _task;

    /// <summary>Starts to draw. How much there is to do is known only of a file.</summary>
    public static async Task<ProgressMeter> StartAsync(CliHost host, Stream input)
    {
        var meter = new ProgressMeter();
        if (!host.ErrorIsTerminal)
            return meter;
        var started = new TaskCompletionSource<ProgressTask>();
        meter._drawing = Terminal.Error(host).Progress()
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

    /// <summary>Clears the bar.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        await _drawing.ConfigureAwait(false);
    }
}
