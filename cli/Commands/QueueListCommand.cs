using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue list</c></summary>
internal sealed class QueueListCommand(CliHost host) : CliCommand(host, "list", "Lists all queues.")
{
    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var page = await Paging.AllQueuesAsync(call.Timestone, cancellationToken).ConfigureAwait(false);
        call.Answer(page, TimestoneJson.Default.QueuePage, output => Write(page.Queues));
        foreach (var queue in page.Unreadable ?? [])
            Host.Error.WriteLine($"timestone: queue '{queue}' is damaged: see 'timestone inspect'.");
        return ExitCodes.Ok;
    }

    private void Write(IReadOnlyList<QueueInfo> queues)
    {
        var table = new Grid(
            new("QUEUE"),
            new("TYPE", GivesWay: 1),
            new("LEASE", GivesWay: 4),
            new("ATTEMPTS", GivesWay: 5),
            new("RETENTION", GivesWay: 3),
            new("BLOCKED", GivesWay: 2),
            new("CREATED", GivesWay: 6));
        foreach (var (queue, settings) in queues.Select(static queue => (queue, queue.Settings)))
        {
            table.Add(
                queue.Name,
                QueueView.TypeOf(settings),
                Durations.Exact(settings.Lease),
                Text.Number(settings.MaxAttempts),
                Durations.Exact(settings.Retention),
                QueueView.BlocksOf(settings),
                Text.Time(queue.CreatedAt));
        }

        table.WriteTo(Host);
    }
}
