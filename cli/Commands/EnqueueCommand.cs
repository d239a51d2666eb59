using System.CommandLine;
using System.Text.Json;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone enqueue</c></summary>
internal sealed class EnqueueCommand : CliCommand
{
    private readonly Argument<string> _queue;
    private readonly PayloadSource _payload;
    private readonly Option<string?> _id;
    private readonly Option<Metadata> _metadata;
    private readonly Option<long?> _priority;
    private readonly Option<DateTimeOffset?> _deadline;
    private readonly Option<TimeSpan?> _priorityOffset;
    private readonly Option<TimeSpan?> _invisible;
    private readonly Option<DateTimeOffset?> _visibleAt;
    private readonly Option<TimeSpan?> _lease;

    public EnqueueCommand(CliHost host)
        : base(host, "enqueue", "Enqueues a message, or every line of standard input as one.")
    {
        _queue = Take(CommonArguments.Queue(host));
        _payload = new PayloadSource(this);
        _id = Take(new Option<string?>("--id") { Description = "The message's id; makes enqueueing it again harmless.", HelpName = "id" });
        _metadata = Take(CommonOptions.Pairs("--metadata", "What describes it."));
        _priority = Take(
            CommonOptions.Number<long>("--priority", "Lower is dequeued first (the time of enqueue in Unix milliseconds).", "number")
        );
        _deadline = Take(CommonOptions.Time("--deadline", "When it should be dequeued by, instead of a priority."));
        _priorityOffset = Take(
            CommonOptions.Offset("--priority-offset", "Added to the time of enqueue, instead of a priority; -1h ranks an hour earlier.")
        );
        _invisible = Take(CommonOptions.Duration("--invisible", "How long it is invisible at first."));
        _visibleAt = Take(CommonOptions.Time("--visible-at", "When it becomes visible."));
        _lease = Take(CommonOptions.Duration("--lease", "How long a lease on it lasts."));
    }

    private Option[] MessageOptions => [_id, _metadata, _priority, _deadline, _priorityOffset, _invisible, _visibleAt, _lease];

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        if (!_payload.IsGiven(call))
            return await EnqueueLinesAsync(call, cancellationToken).ConfigureAwait(false);
        var message = new NewMessage
        {
            Id = call.Get(_id),
            Payload = await _payload.ReadAsync(call, cancellationToken).ConfigureAwait(false),
            Metadata = call.Get(_metadata)!,
            Priority = call.Get(_priority),
            Deadline = call.Get(_deadline),
            PriorityOffset = call.Get(_priorityOffset),
            Invisible = call.Get(_invisible),
            VisibleAt = call.Get(_visibleAt),
            Lease = call.Get(_lease),
        };
        var result = await call.Timestone.EnqueueAsync(call.Get(_queue), message, cancellationToken).ConfigureAwait(false);
        call.Answer(result, TimestoneJson.Default.MessageResult, output => MessageView.Write(output, result));
        return ExitCodes.Ok;
    }

    private async Task<int> EnqueueLinesAsync(Call call, CancellationToken cancellationToken)
    {
        if (Array.Find(MessageOptions, call.Has) is { } option)
            throw new UsageException($"{option.Name} is for one message: give its payload, or the field on each line.");
        if (call.Host.InputIsTerminal)
            throw new UsageException("Give a payload, --file, or messages on standard input, one JSON object a line.");
        var input = call.Host.OpenInput();
        var progress = await ProgressMeter.StartAsync(call, input).ConfigureAwait(false);
        var bulk = new BulkEnqueue(call.Timestone, call.Get(_queue), new LineReader(input));
        try
        {
            await using (progress.ConfigureAwait(false))
            {
                await foreach (var batch in bulk.RunAsync(cancellationToken).ConfigureAwait(false))
                {
                    Tell(call, progress, batch);
                    progress.Report(bulk.Enqueued + bulk.Duplicates, bulk.Bytes);
                }
            }
        }
        catch (TimestoneException)
        {
            ErrorReport.Write(
                call.Error,
                $"stopped at lines {bulk.BatchLines.First} to {bulk.BatchLines.Last}; the lines before were answered"
            );
            throw;
        }
        catch (IOException unreadable)
        {
            throw new UsageException($"Cannot read standard input: {unreadable.Message}");
        }

        if (!call.Json)
            call.Out.WriteLine($"enqueued {bulk.Enqueued}, there already {bulk.Duplicates}, refused {bulk.Refused}");
        return bulk.Refused == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static void Tell(Call call, ProgressMeter progress, IReadOnlyList<(long Line, MessageResult Result)> batch)
    {
        foreach (var (line, result) in batch)
        {
            if (call.Json)
                call.Out.WriteLine(JsonSerializer.Serialize(result, TimestoneJson.Default.MessageResult));
            if (result.Error is { } error)
                progress.WriteError($"line {line}: {ErrorReport.Describe(error)}");
        }
    }
}
