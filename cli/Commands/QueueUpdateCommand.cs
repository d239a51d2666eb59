using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue update</c></summary>
internal sealed class QueueUpdateCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly SettingsOptions _settings;

    public QueueUpdateCommand(CliHost host)
        : base(host, "update", "Changes those of a queue's settings that are given.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _settings = new SettingsOptions(this);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        if (!_settings.AnyGiven(call))
            throw new UsageException("Nothing to change: give at least one setting.");
        var queue = await call.Timestone.UpdateQueueAsync(call.Get(_queue), _settings.Read(call), cancellationToken).ConfigureAwait(false);
        call.Answer(queue, TimestoneJson.Default.QueueInfo, output => QueueView.Write(output, queue));
        return ExitCodes.Ok;
    }
}
