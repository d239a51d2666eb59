using System.Text;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// One caller alone between the crowds of a made history, who is answered truly by the reference until it is lied to. What it
/// enqueues has the tenant "scene" and comes before what the crowds do.
/// </summary>
internal sealed class Scene(HistoryMaker maker, QueueSettings settings)
{
    public static readonly Metadata Filter = Metadata.Of("tenant", "scene");

    private int _requests;

    /// <summary>Enqueues a message of a priority and an exclusivity value.</summary>
    public void Enqueue(string id, long priority, string value = "scene", TimeSpan? invisible = null) =>
        Ask(new EnqueueCommand([Message(id, priority, value, invisible)]));

    /// <summary>Enqueues a message and is told something else.</summary>
    public void Enqueue(string id, long priority, Func<MessageResult, MessageResult> lie) =>
        Ask(new EnqueueCommand([Message(id, priority, "scene", null)]), answer => new[] { lie(((IReadOnlyList<MessageResult>)answer)[0]) });

    /// <summary>Dequeues one message.</summary>
    public Message Dequeue(string? requestId = null) => ((DequeueResult)Ask(Request(requestId))).Messages[0];

    /// <summary>Dequeues and is told that it leased another message, or none.</summary>
    public void DequeueInstead(Func<Message, Message?> lie, string? requestId = null) =>
        Ask(
            Request(requestId),
            answer => new DequeueResult { Messages = ((DequeueResult)answer).Messages.Take(1).Select(lie).OfType<Message>().ToList() }
        );

    /// <summary>Dequeues, finds nothing, and is told that it leased a message.</summary>
    public void DequeueOutOfNothing(string id)
    {
        var request = Request(null);
        var before = Look(id);
        Ask(request, _ => new DequeueResult { Messages = [Leased(before, request.Request)] });
    }

    /// <summary>Ends a lease.</summary>
    public MessageResult Settle(Settlement settlement, Func<MessageResult, MessageResult>? lie = null) =>
        (
            (IReadOnlyList<MessageResult>)
                Ask(
                    new SettleCommand([settlement]),
                    answer =>
                        new[] { lie is null ? ((IReadOnlyList<MessageResult>)answer)[0] : lie(((IReadOnlyList<MessageResult>)answer)[0]) }
                )
        )[0];

    /// <summary>Asks anything.</summary>
    public object Ask(Command command, Func<object, object>? lie = null) => maker.AskAlone(command, lie);

    /// <summary>Lets time pass.</summary>
    public void Wait(int milliseconds) => maker.Wait(milliseconds);

    /// <summary>How a message stands, without asking.</summary>
    public Message Look(string id) => (Message)maker.Peek(new GetCommand(id));

    /// <summary>A message as a dequeue would have answered it now.</summary>
    public Message Leased(Message message, DequeueRequest request) => message with
    {
        State = MessageState.Running,
        Version = message.Version + 1,
        Attempt = message.Attempt + 1,
        AttemptsLeft = message.AttemptsLeft - 1,
        UpdatedAt = maker.Now,
        LeaseExpiresAt = maker.Now + settings.Lease,
        LeaseToken = "feedfeedfeedfeed",
        VisibleAt = null,
        Worker = request.Worker,
    };

    /// <summary>The request that the next dequeue makes.</summary>
    public DequeueRequest NextRequest => new() { Filter = Filter, RequestId = $"scene{_requests + 1}", Worker = $"scene{_requests + 1}" };

    private DequeueCommand Request(string? requestId)
    {
        var request = NextRequest;
        _requests++;
        return new DequeueCommand(requestId is null ? request : request with { RequestId = requestId, Worker = requestId });
    }

    private static NewMessage Message(string id, long priority, string value, TimeSpan? invisible) => new()
    {
        Id = id,
        Payload = Payload.FromBytes(Encoding.ASCII.GetBytes(id)),
        Metadata = Metadata.From([new("k", value), new("tenant", "scene")]),
        Priority = priority,
        Invisible = invisible,
    };
}
