using Timestone.Engine;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>Asks an engine for what a command says, all of it at one time.</summary>
internal static class EngineCommands
{
    public static object Ask(QueueEngine engine, Command command, EngineSweeps sweeps) => command switch
    {
        EnqueueCommand enqueue => engine.Enqueue(enqueue.Messages),
        DequeueCommand dequeue => Dequeue(engine, dequeue.Request),
        SettleCommand settle => engine.Settle(settle.Items),
        ExtendCommand extend => engine.Extend(extend.Items),
        WatchCommand watch => engine.LostLeases(watch.Leases),
        CancelCommand cancel => engine.Cancel(cancel.Items),
        RedriveCommand redrive => Redrive(engine, redrive.Id),
        RedriveAllCommand => RedriveAll(engine),
        PurgeCommand purge => Purge(engine, purge.State),
        SweepCommand sweep => sweeps.Step(engine, sweep),
        EndSweepCommand end => sweeps.End(engine, end.Number),
        UpdateCommand update => Update(engine, update.Patch),
        DeleteCommand => Delete(engine),
        GetCommand get => (object?)engine.Get(get.Id) ?? new TimestoneError(ErrorCode.MessageNotFound, ""),
        ListCommand list => List(engine, list),
        DepthCommand depth => engine.Depth(depth.State, depth.Filter),
        StatsCommand => engine.Stats(),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private static object Update(QueueEngine engine, QueueSettingsPatch patch)
    {
        try
        {
            return engine.Update(patch).Settings;
        }
        catch (TimestoneException refusal)
        {
            return refusal.Error;
        }
    }

    private static bool Delete(QueueEngine engine)
    {
        engine.Delete();
        return true;
    }

    private static object Dequeue(QueueEngine engine, DequeueRequest request)
    {
        var settled = request.Settle.Count == 0 ? null : engine.Settle(request.Settle);
        var messages = request.Max == 0 ? [] : engine.Dequeue(request);
        var error = messages.Count == 0 ? engine.WhyNone(request) : null;
        return error is not null && settled is null ? error : new DequeueResult { Settled = settled, Messages = messages, Error = error };
    }

    private static object RedriveAll(QueueEngine engine)
    {
        var (count, lacksRoom) = Sweep(engine, new Sweep(MessageState.Errored), engine.RedriveNext);
        return lacksRoom ? new TimestoneError(ErrorCode.QueueFull, "") : count;
    }

    private static object Redrive(QueueEngine engine, string id)
    {
        var result = engine.Redrive(id);
        return result.Error is { } error ? error : result;
    }

    private static object Purge(QueueEngine engine, MessageState? state)
    {
        if (state == MessageState.Running)
            return new TimestoneError(ErrorCode.InvalidArgument, "", "state");
        return Sweep(engine, new Sweep(SweepCommand.StatesOf(state)), engine.PurgeNext).Count;
    }

    private static (long Count, bool LacksRoom) Sweep(QueueEngine engine, Sweep sweep, Func<Sweep, SweepStep> next)
    {
        for (var count = 0L; ;)
        {
            var step = next(sweep);
            count += step.Changed.Total;
            if (step.IsDone)
                return (count, step.LacksRoom);
        }
    }

    private static Message[] List(QueueEngine engine, ListCommand list)
    {
        var messages = new List<Message>();
        for (string? after = null; ;)
        {
            var page = engine.List(list.State, after, list.Limit);
            messages.AddRange(page.Messages);
            if ((after = page.Next) is null)
                return [.. messages];
            Pages.Check(page, list.Limit);
        }
    }
}
