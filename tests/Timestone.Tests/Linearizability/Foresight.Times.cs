using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>What answers tell of the queue's time when steps took effect.</summary>
internal sealed partial class Foresight
{
    // The queue's time when the step took effect: exactly, where some answer shows what the step did.
    private Interval TimeOf(Step step)
    {
        var time = new Interval(
            step.Call.StartMs - SlackMs,
            step.Span.High == long.MaxValue || step.Call.Answer is null ? long.MaxValue / 4 : step.Call.EndMs
        );
        switch (step.Command, step.Answer)
        {
            case (EnqueueCommand enqueue, null):
                foreach (var message in enqueue.Messages.Where(message => _creators.GetValueOrDefault(message.Id!) == step.Call))
                    Narrow(EnqueueOf(message.Id!)?.EnqueuedAt);
                break;
            case (EnqueueCommand, IReadOnlyList<MessageResult> results):
                foreach (var result in results.Where(static result => result.Duplicate == false))
                    Narrow(EnqueueOf(result.Id!)?.EnqueuedAt);
                break;
            case (SettleCommand settle, IReadOnlyList<MessageResult> results):
                for (var i = 0; i < results.Count; i++)
                {
                    Narrow(UpdateOf(results[i]));
                    if (results[i] is { Duplicate: false, Id: { } id, Version: { } version } && NextUpdate(id, version) is { } next)
                        time = time.UpTo(next - (BecamePending(id, version) ? Ms(settle.Items[i].Invisible ?? TimeSpan.Zero) : 0));
                }

                break;
            case (CancelCommand or RedriveCommand, _):
                foreach (var result in Answers.ResultsIn(step.Answer))
                    Narrow(UpdateOf(result));
                break;
            case (ExtendCommand extend, IReadOnlyList<MessageResult> results):
                for (var i = 0; i < results.Count; i++)
                {
                    var item = extend.Items[i];
                    if (
                        results[i].LeaseExpiresAt is { } expires
                        && (item.Lease is { } given ? Ms(given) : LengthOf(item.LeaseToken)) is { } length
                    )
                        Narrow(expires.ToUnixTimeMilliseconds() - length);
                }

                break;
            case (DequeueCommand, DequeueResult result)
                when result.Messages.All(message => _lessees.GetValueOrDefault(message.LeaseToken!) == step):
                foreach (var message in result.Messages)
                    Narrow(message.UpdatedAt.ToUnixTimeMilliseconds());
                break;
        }

        foreach (var (id, version) in step.Sights)
        {
            if (SightOf(id, version)?.UpdatedAt is { } updated)
                time = time with { Low = Math.Max(time.Low, updated) };
            if (NextUpdate(id, version) is { } next)
                time = time.UpTo(next);
        }

        return time;

        void Narrow(long? exactly)
        {
            if (exactly is { } at)
                time = time.And(Interval.Exactly(at));
        }
    }

    private long? UpdateOf(MessageResult result) =>
        result.Duplicate == false ? SightOf(result.Id!, result.Version!.Value)?.UpdatedAt : null;

    // Whether it was invisible to the end and not called off, if it was invisible at that version.
    private bool BecamePending(string id, int version) => SightOf(id, version)?.State == MessageState.Invisible
        && (SightOf(id, version + 1) is { State: MessageState.Pending, UpdatedAt: not null }
            || (SightOf(id, version + 1) is null && SightOf(id, version + 2) is { State: MessageState.Running, UpdatedAt: not null }));

    private long? LengthOf(string token) =>
        _leases.TryGetValue(token, out var lease) && _given.GetValueOrDefault(lease.Message) is { } given
            ? Ms(lease.Request.Lease ?? given.Lease ?? Settings.Lease)
            : null;

    private long? NextUpdate(string id, int version) =>
        _updates.TryGetValue(id, out var updates) && updates.FirstOrDefault(update => update.Key > version) is { Key: > 0 } next
            ? next.Value
            : null;
}
