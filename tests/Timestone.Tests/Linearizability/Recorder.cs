using System.Diagnostics;
using Timestone.Tests.Reference;
using Timestone.Tests.Support;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Makes calls of one queue and writes down what came of them. Thread-safe; the calls of one caller must follow each other.
/// </summary>
/// <param name="queue">The queue's name.</param>
/// <param name="settings">Its settings.</param>
internal sealed class Recorder(string queue, QueueSettings settings)
{
    private readonly Lock _gate = new();
    private readonly List<RecordedCall> _calls = [];
    private readonly Tally _answered = new();
    private readonly Tally _unanswered = new();

    /// <summary>
    /// Whether the queue's store may have no room at times. Of what else than an enqueue is refused for that, the outcome counts as
    /// unknown.
    /// </summary>
    public bool MayBeFull { get; set; }

    /// <summary>All calls so far that may have taken effect.</summary>
    public RecordedHistory History
    {
        get
        {
            lock (_gate)
                return new RecordedHistory(settings, [.. _calls]) { MayBeFull = MayBeFull };
        }
    }

    /// <summary>Ends when so many more calls have been answered.</summary>
    public Task MoreAsync(int count) => _answered.MoreAsync(count);

    /// <summary>Ends when so many more calls have got no answer.</summary>
    public Task MoreUnansweredAsync(int count) => _unanswered.MoreAsync(count);

    /// <summary>Makes a call, once.</summary>
    /// <returns>The answer, or the error that refused it; null where the outcome is unknown or nothing was sent.</returns>
    public async Task<object?> CallAsync(int caller, ITimestone service, Command command, CancellationToken cancellationToken = default)
    {
        var (start, startMs) = (Stopwatch.GetTimestamp(), Now());
        object? answer;
        try
        {
            answer = await AskAsync(service, command, cancellationToken);
        }
        catch (TimestoneException problem) when (problem.Code.IsPassing())
        {
            // Where no connection was made nothing can have happened, nor where all that were asked stand by.
            if (
                problem.Code == ErrorCode.Standby
                || problem is { InnerException: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } }
                    && !problem.Message.Contains("unknown", StringComparison.Ordinal)
            )
            {
                _unanswered.Count();
                return null;
            }

            answer = null;
        }
        catch (OperationCanceledException)
        {
            answer = null;
        }
        catch (TimestoneException refusal)
        {
            answer = refusal.Error;
        }

        if (MayBeFull && command is not EnqueueCommand && LacksRoom(answer))
            answer = null;
        Add(
            new RecordedCall(
                caller,
                start,
                Stopwatch.GetTimestamp(),
                startMs,
                Now(),
                MayBeFull ? WithoutOmitted(command, answer) : command,
                answer
            )
        );
        return answer;
    }

    /// <summary>
    /// Looks at every message that any enqueue named, while nothing happens to the queue: what calls of unknown outcome left.
    /// </summary>
    /// <returns>The messages that there are, by id.</returns>
    public async Task<IReadOnlyDictionary<string, Message>> LookAtAllAsync(ITimestone service)
    {
        var (start, startMs) = (Stopwatch.GetTimestamp(), Now());
        var stored = new Dictionary<string, Message>();
        string? after = null;
        do
        {
            var page = await service.ListMessagesAsync(queue, cursor: after, limit: Limits.MaxPage);
            foreach (var message in page.Messages)
                stored.Add(message.Id, message);
            after = page.Next;
        }
        while (after is not null);

        var (end, endMs) = (Stopwatch.GetTimestamp(), Now());
        foreach (
            var id in History
                .Calls.Select(static call => call.Command)
                .OfType<EnqueueCommand>()
                .SelectMany(static enqueue => enqueue.Messages)
                .Select(static message => message.Id!)
                .Distinct()
        )
            Add(
                new RecordedCall(
                    -1,
                    start,
                    end,
                    startMs,
                    endMs,
                    new GetCommand(id),
                    stored.TryGetValue(id, out var message) ? message : new TimestoneError(ErrorCode.MessageNotFound, "")
                )
            );
        return stored;
    }

    // What was not kept, as there was no room, might as well not have been said.
    private static Command WithoutOmitted(Command command, object? answer) =>
        (command, answer) switch
        {
            (ExtendCommand extend, IReadOnlyList<MessageResult> results) => new ExtendCommand([
                .. extend.Items.Zip(results, static (item, result) => result.Omitted is null ? item : item with { Progress = default }),
            ]),
            (CancelCommand cancel, IReadOnlyList<MessageResult> results) => new CancelCommand([
                .. cancel.Items.Zip(results, static (item, result) => result.Omitted is null ? item : item with { Reason = null }),
            ]),
            _ => command,
        };

    private static bool LacksRoom(object? answer) => answer is TimestoneError { Code: ErrorCode.QueueFull }
        || (answer is IReadOnlyList<MessageResult> results && results.Any(static result => result.Error is { Code: ErrorCode.QueueFull }));

    private void Add(RecordedCall call)
    {
        lock (_gate)
            _calls.Add(call);
        (call.Answer is null ? _unanswered : _answered).Count();
    }

    private async Task<object> AskAsync(ITimestone service, Command command, CancellationToken cancellationToken) => command switch
    {
        EnqueueCommand enqueue => await service.EnqueueAsync(queue, enqueue.Messages, cancellationToken),
        DequeueCommand dequeue => await service.DequeueAsync(queue, dequeue.Request, cancellationToken),
        SettleCommand settle => await service.SettleAsync(queue, settle.Items, cancellationToken),
        ExtendCommand extend => await service.ExtendAsync(queue, extend.Items, cancellationToken),
        CancelCommand cancel => await service.CancelAsync(queue, cancel.Items, cancellationToken),
        RedriveCommand redrive => await service.RedriveAsync(queue, redrive.Id, cancellationToken),
        GetCommand get => await service.GetMessageAsync(queue, get.Id, cancellationToken),
        DepthCommand depth => await service.GetDepthAsync(queue, depth.State, depth.Filter, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
