using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone queue create</c></summary>
internal sealed class QueueCreateCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Option<string?> _exclusivityKey;
    private readonly SettingsOptions _settings;

    public QueueCreateCommand(CliHost host)
        : base(host, "create", "Creates a queue. Again with the same settings changes nothing.")
    {
        _queue = Take(CommonArguments.NewQueue());
        _exclusivityKey = Take(new Option<string?>("--exclusive")
        {
            Description = "Makes the queue exclusive: at most one message of each value of this metadata key runs at a time.",
            HelpName = "metadata-key",
        });
        _settings = new SettingsOptions(this);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var exclusivityKey = call.Get(_exclusivityKey);
        var plain = new QueueSettings
        {
            Type = exclusivityKey is null ? QueueType.Simple : QueueType.Exclusive,
            ExclusivityKey = exclusivityKey,
        };
        var settings = _settings.Read(call).ApplyTo(plain);
        var result = await call.Timestone.CreateQueueAsync(call.Get(_queue), settings, cancellationToken).ConfigureAwait(false);
        call.Answer(result.Queue, TimestoneJson.Default.QueueInfo, output =>
            output.WriteLine(result.Created ? $"created {result.Queue.Name}" : $"{result.Queue.Name} exists already with these settings"));
        return ExitCodes.Ok;
    }
}
