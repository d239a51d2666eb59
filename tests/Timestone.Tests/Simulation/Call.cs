using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>A command that a simulated caller has sent and awaits the answer of.</summary>
internal sealed class Call(Command command, Task answer, CancellationTokenSource cancellation)
{
    public Command Command { get; } = command;

    public Task Task { get; } = answer;

    /// <summary>What the reference answers; null while it has not been applied, or waits.</summary>
    public object? Expected { get; set; }

    /// <summary>The number of the state that the answer was made of: that it is given says that this state is durable.</summary>
    public long State { get; set; }

    /// <summary>What its settlements were answered, when it waits for messages.</summary>
    public MessageResult[]? Settled { get; set; }

    /// <summary>When it stops to wait, in milliseconds of the elapsed time.</summary>
    public long WaitsUntil { get; set; }

    public bool GivenUp { get; private set; }

    public void GiveUp()
    {
        GivenUp = true;
        cancellation.Cancel();
    }

    /// <summary>What was answered: what the command answers, or the error that it was refused with.</summary>
    public object Answer() => Task switch
    {
        { Exception.InnerException: TimestoneException refused } => refused.Error,
        { IsFaulted: true } => Task.Exception.InnerException!,
        Task<DequeueResult> dequeue => dequeue.Result,
        _ => ((Task<object>)Task).Result,
    };
}
