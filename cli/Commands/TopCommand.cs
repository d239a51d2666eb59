using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Timestone.Cli;

/// <summary><c>timestone top</c></summary>
internal sealed class TopCommand : CliCommand
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    private readonly Argument<string[]> _queues;
    private readonly Option<bool> _once;
    private readonly Option<TimeSpan?> _interval;

    public TopCommand(CliHost host)
        : base(host, "top", "Shows queues in a table that keeps itself up to date.")
    {
        _queues = Take(
            new Argument<string[]>("queue") { Description = "Which queues; all without one.", Arity = ArgumentArity.ZeroOrMore }
        );
        _queues.CompletionSources.Add(context => QueueNames.Of(host, context));
        _once = Take(new Option<bool>("--once") { Description = "Shows the table once and ends." });
        _interval = Take(CommonOptions.Duration("--interval", "How long each table stands (1s)."));
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var interval = call.Get(_interval) ?? DefaultInterval;
        if (interval <= TimeSpan.Zero)
            throw new UsageException("--interval must be more than 0.");
        foreach (var queue in call.Find(_queues) ?? [])
            await call.Timestone.GetQueueAsync(queue, cancellationToken).ConfigureAwait(false);
        var first = await ReadAsync(call, cancellationToken).ConfigureAwait(false);
        if (call.Get(_once))
            Append(call, first);
        else if (call.Json || !Host.OutIsTerminal)
            await AppendAsync(call, first, interval, cancellationToken).ConfigureAwait(false);
        else
            await DrawAsync(call, first, interval, cancellationToken).ConfigureAwait(false);
        return ExitCodes.Ok;
    }

    private Task<TopFrame> ReadAsync(Call call, CancellationToken cancellationToken) =>
        TopFrame.ReadAsync(call.Timestone, call.Find(_queues) ?? [], Host.Time, cancellationToken);

    private async Task AppendAsync(Call call, TopFrame frame, TimeSpan interval, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, Host.Time);
        do
        {
            Append(call, frame);
            if (!call.Json)
                call.Out.WriteLine();
            await call.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            frame = await ReadAsync(call, cancellationToken).ConfigureAwait(false);
        }
        while (true);
    }

    private void Append(Call call, TopFrame frame)
    {
        if (call.Json)
            call.Out.WriteLine(JsonSerializer.Serialize(frame, CliJson.Default.TopFrame));
        else
            frame.ToGrid().WriteTo(Host);
    }

    // A server that is being restarted does not end this: the last table stays, with what is wrong under it.
    private Task DrawAsync(Call call, TopFrame frame, TimeSpan interval, CancellationToken cancellationToken) =>
        Terminal.Out(Host).Live(Picture(frame, problem: null)).AutoClear(false).StartAsync(async live =>
        {
            using var timer = new PeriodicTimer(interval, Host.Time);
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                TimestoneException? problem = null;
                try
                {
                    frame = await ReadAsync(call, cancellationToken).ConfigureAwait(false);
                }
                catch (TimestoneException refused)
                {
                    problem = refused;
                }

                live.UpdateTarget(Picture(frame, problem));
            }
        });

    private Rows Picture(TopFrame frame, TimestoneException? problem)
    {
        IRenderable[] rows =
        [
            new Spectre.Console.Text($"{Text.Time(frame.At)}  queues: {frame.Queues.Count}"),
            frame.ToGrid().Render(Host.OutWidth),
            new Spectre.Console.Text(problem is null ? "" : ErrorReport.Describe(problem.Error), new Style(Color.Red)),
        ];
        return new Rows(rows);
    }
}
