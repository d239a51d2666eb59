using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Simulation;

namespace Timestone.Tests.Journal;

/// <summary>A queue's runner on a journal that is driven by hand, driven with it.</summary>
internal sealed class TestRunner
{
    private readonly FileJournal _journal;
    private readonly SimulatedScheduler _scheduler = new();
    private readonly QueueRunner _runner;

    private TestRunner(FileJournal journal, IQueueJournal queue) =>
        (_journal, _runner) = (journal, new QueueRunner(queue, TimeProvider.System, _scheduler));

    public static async Task<TestRunner> OpenAsync(FileJournal journal, string name = "orders") =>
        new(journal, (await journal.OpenAsync(name, TestRows.Queue(name)))!);

    /// <summary>Has a command done and answered.</summary>
    public Task<T> AskAsync<T>(Func<QueueEngine, T> command)
    {
        // Under a synchronization context, such as a test runner's, the end of a commit would wake the runner elsewhere and later.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var answer = _runner.ExecuteAsync(command, static (engine, asked) => asked(engine));
            do
                _scheduler.RunAll();
            while (_journal.WritePending());
            return answer;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
