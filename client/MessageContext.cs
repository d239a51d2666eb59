using Timestone.Client.Worker;

namespace Timestone.Client;

/// <summary>A message in the hands of a handler.</summary>
public sealed class MessageContext
{
    private readonly LeaseKeeper _keeper;
    private readonly HeldLease _lease;

    internal MessageContext(LeaseKeeper keeper, HeldLease lease) => (_keeper, _lease) = (keeper, lease);

    /// <summary>The message as it stood when it was dequeued.</summary>
    public Message Message => _lease.Message;

    /// <summary>
    /// What the completion will bring: a JSON value of at most <see cref="Limits.MaxResultBytes"/>; a larger one fails the attempt.
    /// </summary>
    public Payload Result { get; set; }

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
}
