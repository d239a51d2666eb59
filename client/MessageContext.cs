using System.Text.Json;
using Timestone.Client.Worker;

namespace Timestone.Client;

/// <summary>
/// A message in the hands of a handler. A handler that returns has completed it, with <see cref="Result"/>, unless it called
/// <see cref="RetryIn"/>, <see cref="Release"/> or <see cref="Fail"/>: the last call counts. An exception outweighs them.
/// </summary>
public sealed class MessageContext
{
    private readonly LeaseKeeper _keeper;
    private readonly HeldLease _lease;
    private readonly JsonSerializerOptions? _json;
    private Settlement? _decision;

    internal MessageContext(LeaseKeeper keeper, HeldLease lease, JsonSerializerOptions? json) =>
        (_keeper, _lease, _json) = (keeper, lease, json);

    /// <summary>The message as it stood when it was dequeued.</summary>
    public Message Message => _lease.Message;

    /// <summary>The queue that holds the message.</summary>
    public string Queue => Message.Queue;

    /// <summary>The message's id.</summary>
    public string Id => Message.Id;

    /// <summary>Which attempt this is; the first is 1.</summary>
    public int Attempt => Message.Attempt;

    /// <summary>What describes the message.</summary>
    public Metadata Metadata => Message.Metadata;

    /// <summary>The deadline that the message was enqueued with, if it was.</summary>
    public DateTimeOffset? Deadline => Message.Deadline;

    /// <summary>What an earlier attempt reported last; empty if none did.</summary>
    public Payload Progress => Message.Progress;

    /// <summary>Canceled when the handler must end, for the reason in <see cref="CancellationCause"/>.</summary>
    public CancellationToken CancellationToken => _lease.CancellationToken;

    /// <summary>Why the handler must end; <see cref="CancellationCause.None"/> while it need not.</summary>
    public CancellationCause CancellationCause => _lease.CancellationCause;

    /// <summary>
    /// What the completion will bring: a JSON value of at most <see cref="Limits.MaxResultBytes"/>; a larger one fails the attempt.
    /// </summary>
    public Payload Result { get; set; }

    /// <summary>How the message is settled when its handler returns now.</summary>
    internal Settlement Settlement => _decision ?? HandlerOutcome.Completed(_lease, Result);

    /// <summary>Fails this attempt. The next one, if any is left, begins after this delay instead of the queue's backoff.</summary>
    /// <param name="delay">The delay, 0 to <see cref="Limits.MaxInvisible"/>.</param>
    /// <param name="error">Why, for the message's error and history; cut to <see cref="Limits.MaxErrorLength"/> characters.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is out of range.</exception>
    public void RetryIn(TimeSpan delay, string error) => _decision = HandlerOutcome.Failed(_lease, error, invisible: Checked(delay));

    /// <summary>Gives the message back without spending the attempt, as if it had not been worked on.</summary>
    /// <param name="delay">How long no consumer gets it, 0 to <see cref="Limits.MaxInvisible"/>; null means not at all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is out of range.</exception>
    public void Release(TimeSpan? delay = null) =>
        _decision = HandlerOutcome.Released(_lease, delay is { } given ? Checked(given) : null);

    /// <summary>Fails the message for good: it is errored at once, as by a <see cref="PermanentFailureException"/>.</summary>
    /// <param name="error">Why, for the message's error and history; cut to <see cref="Limits.MaxErrorLength"/> characters.</param>
    public void Fail(string error) => _decision = HandlerOutcome.Failed(_lease, error, permanent: true);

    /// <summary>Tells what has been done so far, readable on the message at once, and extends the lease.</summary>
    /// <param name="progress">A JSON value of at most <see cref="Limits.MaxProgressBytes"/>.</param>
    /// <param name="cancellationToken">Gives up the report, not the message.</param>
    /// <exception cref="TimestoneException">
    /// <see cref="ErrorCode.LeaseLost"/> or <see cref="ErrorCode.MessageNotFound"/>: the handler should end.
    /// <see cref="ErrorCode.Unavailable"/>: not reported, maybe; the lease may still last.
    /// </exception>
    public async Task ReportProgressAsync(Payload progress, CancellationToken cancellationToken = default)
    {
        var results = await _keeper.ExtendAsync([_lease], progress, cancellationToken).ConfigureAwait(false);
        results[0].ThrowIfError();
    }

    /// <summary>The payload as a typed handler takes it.</summary>
    /// <exception cref="PermanentFailureException">It is not JSON of this type: no attempt could read it.</exception>
    internal T Read<T>()
    {
        var type = PayloadJson.TypeOf<T>(_json);
        if (Message.Payload.Kind != PayloadKind.Json)
            throw Unreadable($"must be JSON of {typeof(T).Name}; the message carries {(Message.Payload == default ? "nothing" : "bytes")}.");
        try
        {
            return Message.Payload.To(type) ?? throw Unreadable($"must be JSON of {typeof(T).Name}, not null.");
        }
        catch (JsonException problem)
        {
            throw Unreadable($"is not JSON of {typeof(T).Name}: {problem.Message}", problem);
        }
    }

    private static PermanentFailureException Unreadable(string reason, Exception? problem = null) => new($"The payload {reason}", problem);

    private static TimeSpan Checked(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, Limits.MaxInvisible);
        return delay;
    }
}
