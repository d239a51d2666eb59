using System.Diagnostics;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;
using Timestone.Engine;
using Timestone.Journals.Files;

namespace Timestone.Bench.Engine;

/// <summary>From the start of the process' journal to an engine that can answer.</summary>
internal static class RecoveryBench
{
    private const int BatchMessages = 1000, Rounds = 3;
    private const double Bar = 500_000;

    public static void Run(Report report, int messages, string directory)
    {
        using var folder = new TemporaryFolder(directory);
        Fill(folder.Path, messages);
        var rates = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            GC.Collect();
            var began = Stopwatch.GetTimestamp();
            using var engine = Open(folder.Path);
            rates.Add(messages / Stopwatch.GetElapsedTime(began).TotalSeconds);
            if (engine.Value.Depth(MessageState.Pending, Metadata.Empty) != messages)
                throw new InvalidOperationException("Messages are missing.");
        }

        report.Add(
            Figure.Median($"recovery of {messages:N0} messages", "messages/s", rates) with
            {
                AtLeast = messages >= 1_000_000 ? Bar : null,
            }
        );
    }

    private static void Fill(string directory, int messages)
    {
        using var opened = Open(directory);
        var (journal, engine) = (opened.Journal, opened.Value);
        var changes = new ChangeBatch();
        var payload = Payload.FromText(new string('x', 126));
        for (var done = 0; done < messages; done += BatchMessages)
        {
            engine.Begin(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), changes);
            engine.Enqueue([
                .. Enumerable
                    .Range(done, BatchMessages)
                    .Select(number => new NewMessage { Id = $"message-{number:D18}", Payload = payload }),
            ]);
            journal.CommitAsync(changes).AsTask().GetAwaiter().GetResult();
            changes.Clear();
        }
    }

    private static OpenedQueue Open(string directory)
    {
        var files = FileJournal.Open(new FileJournalOptions { Directory = directory });
        var row = new QueueRow("recovery", new QueueSettings(), 0);
        var journal = files.OpenAsync("recovery", row).AsTask().GetAwaiter().GetResult()!;
        return new OpenedQueue(files, journal, new QueueEngine(journal.Queue, journal.Epoch, journal.TakeRows()));
    }

    private sealed record OpenedQueue(FileJournal Files, IQueueJournal Journal, QueueEngine Value) : IDisposable
    {
        public void Dispose() => Files.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
