using System.CommandLine;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone dequeue</c></summary>
internal sealed class DequeueCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly Option<int?> _max;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<TimeSpan?> _lease;
    private readonly Option<Metadata> _filter;
    private readonly Option<string?> _worker;
    private readonly Option<string?> _requestId;

    public DequeueCommand(CliHost host)
        : base(host, "dequeue", "Leases the best messages of a queue.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _max = Take(CommonOptions.Number<int>("--max", "How many at most, 1 to 1000 (1)."));
        _wait = Take(CommonOptions.Duration("--wait", "How long to wait for a first one; at most 30s (0)."));
        _lease = Take(CommonOptions.Duration("--lease", "How long to hold them (what the message says, else the queue)."));
        _filter = Take(CommonOptions.Filter());
        _worker = Take(new Option<string?>("--worker") { Description = "The consumer's name.", HelpName = "name" });
        _requestId = Take(
            new Option<string?>("--request-id") { Description = "Makes the same request again answer the same messages.", HelpName = "id" }
        );
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var request = new DequeueRequest
        {
            Max = call.Get(_max) ?? 1,
            Wait = call.Get(_wait) ?? TimeSpan.Zero,
            Lease = call.Get(_lease),
            Filter = call.Get(_filter)!,
            Worker = call.Get(_worker),
            RequestId = call.Get(_requestId),
        };
        var result = await call.Timestone.DequeueAsync(call.Get(_queue), request, cancellationToken).ConfigureAwait(false);
        call.Answer(result, TimestoneJson.Default.DequeueResult, output => MessageView.Write(output, result.Messages));
        return result.Messages.Count > 0 ? ExitCodes.Ok : ExitCodes.NothingDequeued;
    }
}
