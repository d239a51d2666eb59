using System.Text;

namespace Timestone.Client.Worker;

/// <summary>How a handler's end is told to the service.</summary>
internal static class HandlerOutcome
{
    public static Settlement Completed(HeldLease lease, Payload result)
    {
        // A result that is refused would leave the message to expire and be handled again, to the same end.
        var settlement = Settlement.Complete(lease.Id, lease.Token, result);
        return Validation.Problem(settlement) is { } problem ? Settlement.Fail(lease.Id, lease.Token, problem.Detail) : settlement;
    }

    public static Settlement Failed(HeldLease lease, Exception exception) =>
        Failed(
            lease,
            string.IsNullOrWhiteSpace(exception.Message) ? exception.GetType().Name : exception.Message,
            exception is PermanentFailureException
        );

    public static Settlement Failed(HeldLease lease, string error, bool permanent = false, TimeSpan? invisible = null) =>
        Settlement.Fail(lease.Id, lease.Token, Sound(error), permanent, invisible);

    public static Settlement Released(HeldLease lease, TimeSpan? invisible = null) =>
        Settlement.Release(lease.Id, lease.Token, invisible);

    private static string Sound(string text)
    {
        // Through UTF-8 and back makes it well-formed, which the service insists on.
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        if (text.Length <= Limits.MaxErrorLength)
            return text;
        return text[..(char.IsHighSurrogate(text[Limits.MaxErrorLength - 1]) ? Limits.MaxErrorLength - 1 : Limits.MaxErrorLength)];
    }
}
