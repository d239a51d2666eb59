using Timestone.Engine;

namespace Timestone.Tests.Simulation;

/// <summary>Asks an engine for what a command says, all of it at one time.</summary>
internal static class EngineCommands
{
    public static object Ask(QueueEngine engine, Command command) => command switch
    {
        EnqueueCommand enqueue => engine.Enqueue(enqueue.Messages),
        DequeueCommand dequeue => Dequeue(engine, dequeue.Request),
        SettleCommand settle => engine.Settle(settle.Items),
        ExtendCommand extend => engine.Extend(extend.Items),
        CancelCommand cancel => engine.Cancel(cancel.Items),
        RedriveCommand redrive => Redrive(engine, redrive.Id),
        RedriveAllCommand => RedriveAll(engine),
        PurgeCommand purge => Purge(engine, purge.State),
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
        var sweep = Sweep(engine, MessageState.Errored, engine.RedriveNext);
        return sweep.LacksRoom ? new TimestoneError(ErrorCode.QueueFull, "") : sweep.Count;
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
        var states = state is { } one ? [one] : Enum.GetValues<MessageState>().Where(other => other != MessageState.Running);
        return states.Sum(each => Sweep(engine, each, engine.PurgeNext).Count);
    }

    private static Sweep Sweep(QueueEngine engine, MessageState state, Func<Sweep, Sweep> step)
    {
        var sweep = engine.BeginSweep(state);
        while (!sweep.Done)
            sweep = step(sweep);
        return sweep;
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
