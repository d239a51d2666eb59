namespace Timestone.Tests.Simulation;

/// <summary>Keeps tasks until it is told to run them, on the caller's thread, in the order in which they came.</summary>
internal sealed class SimulatedScheduler : TaskScheduler
{
    private const int MostTasksAtOneTime = 10_000;

    private readonly Queue<Task> _tasks = new();

    /// <summary>Runs tasks until none is left.</summary>
    public void RunAll()
    {
        for (var count = 0; _tasks.TryDequeue(out var task); count++)
        {
            if (count == MostTasksAtOneTime)
                throw new SimulationFailure(Invariant.AnswersEqualReference, "Tasks go on making tasks while the clock stands.");
            TryExecuteTask(task);
        }
    }

    /// <summary>Forgets all tasks: their process is dead.</summary>
    public void Clear() => _tasks.Clear();

    protected override void QueueTask(Task task) => _tasks.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
}
