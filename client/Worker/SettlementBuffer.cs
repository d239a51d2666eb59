using Microsoft.Extensions.Logging;

namespace Timestone.Client.Worker;

/// <summary>Where work that has ended waits for the request that tells the service.</summary>
internal sealed class SettlementBuffer(string queue, LeaseKeeper keeper, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Queue<Ending> _endings = new();
    private TaskCompletionSource? _arrival;

    /// <summary>Adds one.</summary>
    public void Add(Ending ending)
    {
        TaskCompletionSource? arrival;
        lock (_gate)
        {
            _endings.Enqueue(ending);
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult();
    }

    /// <summary>Completes when something is there to take.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_endings.Count > 0)
                return Task.CompletedTask;
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
    }

    /// <summary>
    /// Takes what is to be settled, at most <see cref="Limits.MaxBatch"/>, and drops the leases of it: they are kept up to
    /// the moment that their settlement is sent, so that none expires while it waits here.
    /// </summary>
    public IReadOnlyList<Ending> Take()
    {
        List<Ending> taken = [];
        lock (_gate)
        {
            while (taken.Count < Limits.MaxBatch && _endings.TryDequeue(out var ending))
            {
                keeper.Drop(ending.Lease);
                if (ending.Settlement is not null)
                    taken.Add(ending);
                else
                    WorkerMetrics.Count(queue, WorkerMetrics.Lost);
            }
        }

        return taken;
    }

    /// <summary>Takes note of the service's answers to what was taken.</summary>
    public void Answered(IReadOnlyList<Ending> taken, IReadOnlyList<MessageResult> results)
    {
        for (var i = 0; i < taken.Count; i++)
        {
            switch (results[i].Error)
            {
                case null:
                    WorkerMetrics.Count(queue, WorkerMetrics.OutcomeOf(taken[i].Settlement!));
                    break;
                case { Code: ErrorCode.Unavailable }:
                    Again(taken[i]);
                    break;
                case var error:
                    Lost(taken[i], error.Code);
                    break;
            }
        }
    }

    /// <summary>
    /// Takes note that what was taken was not answered one by one. Settling again is safe, and makes sense as long as
    /// the lease can be trusted; after that another worker may have the message.
    /// </summary>
    public void Unanswered(IReadOnlyList<Ending> taken, ErrorCode why)
    {
        foreach (var ending in taken)
        {
            if (why == ErrorCode.QueueNotFound)
                Lost(ending, why);
            else
                Again(ending);
        }
    }

    private void Again(Ending ending)
    {
        if (keeper.IsTrusted(ending.Lease))
            Add(ending);
        else
            Lost(ending, ErrorCode.Unavailable);
    }

    private void Lost(Ending ending, ErrorCode code)
    {
        WorkerLog.NotSettled(logger, queue, ending.Lease.Id, ending.Settlement!.Action, code);
        WorkerMetrics.Count(queue, WorkerMetrics.Lost);
    }
}
