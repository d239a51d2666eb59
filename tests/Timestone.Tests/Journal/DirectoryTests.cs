using System.Runtime.Versioning;
using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Timestone.Tests.Outbox;
using Xunit;

namespace Timestone.Tests.Journal;

/// <summary>The file journal with its own threads on a real directory.</summary>
public sealed class DirectoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("timestone-journal-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(Durability.Fsync)]
    [InlineData(Durability.Os)]
    public async Task Many_queues_commit_at_once_and_everything_is_there_after_a_restart(Durability durability)
    {
        var contents = new List<string[]>();
        await using (var journal = Open(durability))
        {
            var queues = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => WorkAsync(journal, $"queue-{i}"))));
            contents.AddRange(queues.Select(static queue => queue.Contents));
        }

        await using (var journal = Open(durability))
        {
            journal.Recovered.TornTail.ShouldBeNull();
            (await journal.ListQueuesAsync()).Count.ShouldBe(8);
            for (var i = 0; i < 8; i++)
                (await TestQueue.OpenAsync(journal, $"queue-{i}")).Contents.ShouldBe(contents[i]);
        }
    }

    [Fact]
    public async Task A_queue_opened_again_in_the_running_journal_has_what_was_committed()
    {
        await using var journal = Open();
        var queue = await WorkAsync(journal, "orders");
        (await TestQueue.OpenAsync(journal)).Contents.ShouldBe(queue.Contents);
    }

    [Fact]
    public async Task A_second_journal_on_the_same_directory_is_refused_until_the_first_is_closed()
    {
        await using (Open())
            Should
                .Throw<IOException>(() => Open())
                .Message.ShouldMatch($"^The data directory '{_directory}' cannot be used: .*journal\\.lock.* used by another process");
        await using var next = Open();
    }

    [Fact]
    public void A_directory_that_cannot_be_one_is_refused_by_its_name()
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        Should
            .Throw<IOException>(() => FileJournal.Open(new FileJournalOptions { Directory = file }))
            .Message.ShouldStartWith($"The data directory '{file}' cannot be used: ");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Its_owner_alone_may_read_what_a_journal_makes()
    {
        var directory = Path.Combine(_directory, "above", "data");
        await using var journal = FileJournal.Open(
            new FileJournalOptions
            {
                Directory = directory,
                SegmentBytes = 64 * 1024,
                Outbox = true,
            }
        );
        await using var reader = journal.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        await (await TestQueue.OpenAsync(journal)).AddManyAsync(1, 5);
        File.GetUnixFileMode(directory).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = Directory.GetFiles(directory);
        files.Select(Path.GetExtension).Distinct().Order().ShouldBe([".cursor", ".lock", ".log", ".mark", ".spare"]);
        files.ShouldAllBe(static file => File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void A_system_without_space_is_told_from_other_failures()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /dev/full.");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var failure = Should.Throw<IOException>(() => RandomAccess.Write(full, [1], 0));
        Posix.IsWantOfSpace(failure).ShouldBeTrue();
        Posix.IsWantOfSpace(new IOException("Wrapped.", failure)).ShouldBeTrue();

        using var disk = new DirectoryDisk(_directory);
        Posix.IsWantOfSpace(Should.Throw<IOException>(() => disk.Open("missing"))).ShouldBeFalse();
        // Longer than any disk, which is said of the file and not of the space.
        Posix.IsWantOfSpace(Should.Throw<IOException>(() => disk.Create("endless", long.MaxValue))).ShouldBeFalse();
    }

    [Fact]
    public void Whatever_fails_fails_with_one_kind_of_exception()
    {
        using var disk = new DirectoryDisk(_directory);
        Directory.CreateDirectory(Path.Combine(_directory, "folder"));
        // The framework says "unauthorized" here, as it does in an unwritable directory.
        Should.Throw<IOException>(() => disk.Open("folder")).InnerException.ShouldBeOfType<UnauthorizedAccessException>();
        Should.Throw<IOException>(() => disk.Delete("folder"));
        Should.Throw<IOException>(() => disk.Create("folder", 1));
        var file = disk.Create("file", 4096);
        file.Dispose();
        Should.Throw<IOException>(() => file.Length);
        Should.Throw<IOException>(() => file.Read(new byte[1], 0));
        Should.Throw<IOException>(() => file.Write([1], 0));
        Should.Throw<IOException>(file.Flush);
        Should.Throw<IOException>(() => file.Truncate(0));
    }

    [Fact]
    public void A_flush_that_the_system_refuses_is_a_failure()
    {
        using var disk = new DirectoryDisk(_directory);
        // No device of its kind can be flushed, and the framework's own call says nothing of it.
        File.CreateSymbolicLink(Path.Combine(_directory, "device"), "/dev/null");
        using var device = disk.Open("device");
        Should.Throw<IOException>(device.Flush).Message.ShouldStartWith("The file cannot be synced: ");
    }

    [Fact]
    public async Task A_torn_tail_on_a_real_file_is_cut_off()
    {
        string[] contents;
        await using (var journal = Open())
        {
            var queue = await TestQueue.OpenAsync(journal);
            await queue.AddManyAsync(1, 5);
            contents = queue.Contents;
        }

        var segment = Directory.GetFiles(_directory, "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[TestLog.End(bytes)] = 77;
        await File.WriteAllBytesAsync(segment, bytes);
        for (var start = 0; start < 2; start++)
        {
            await using var journal = Open();
            (journal.Recovered.TornTail is not null).ShouldBe(start == 0);
            var queue = await TestQueue.OpenAsync(journal);
            queue.Contents.ShouldBe(contents);
            await queue.AddManyAsync(100 + start, 1);
            contents = queue.Contents;
        }
    }

    [Fact]
    public async Task A_log_is_compacted_in_the_background()
    {
        var deleted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var journal = Open();
        var queue = await TestQueue.OpenAsync(journal);
        await queue.AddManyAsync(1, 10);
        var first = Directory.GetFiles(_directory, "*.log").Single();
        using var watcher = new FileSystemWatcher(_directory) { EnableRaisingEvents = true };
        watcher.Deleted += (_, e) =>
        {
            if (e.FullPath == first)
                deleted.TrySetResult();
        };
        for (var i = 100; i < 4000; i += 100)
        {
            await queue.AddManyAsync(i, 100, 100);
            await queue.RemoveAsync([.. Enumerable.Range(i, 100).Select(static n => (long)n)]);
        }

        await deleted.Task.WaitAsync(TimeSpan.FromMinutes(1));
        (await TestQueue.OpenAsync(journal)).Contents.ShouldBe(queue.Contents);
    }

    [Fact]
    public async Task The_log_of_this_version_is_read()
    {
        // The files change with the version of the format alone: see Fixture for how they were made, with the outbox on.
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Journal", "v1")))
            File.Copy(file, Path.Combine(_directory, Path.GetFileName(file)));
        await using var journal = FileJournal.Open(
            new FileJournalOptions
            {
                Directory = _directory,
                SegmentBytes = TestLog.SegmentBytes,
                Outbox = true,
            }
        );
        journal.Recovered.IsCleanEnd.ShouldBeTrue();
        (await journal.ListQueuesAsync()).ShouldBe(["emails", "orders"]);
        (await TestQueue.OpenAsync(journal)).Contents.ShouldBe(Fixture.Orders);
        (await journal.OpenAsync("emails"))!.Queue.ShouldBe(Fixture.Emails);
        await using var reader = journal.Outbox!.OpenReader("index", OutboxStart.Acknowledged);
        var batch = await Reading.NextAsync(reader);
        (batch.AfterGap, batch.Entries.Count).ShouldBe((false, 12));
    }

    private FileJournal Open(Durability durability = Durability.Fsync) =>
        FileJournal.Open(new FileJournalOptions { Directory = _directory, SegmentBytes = 64 * 1024, Durability = durability });

    private static async Task<TestQueue> WorkAsync(FileJournal journal, string name)
    {
        var queue = await TestQueue.OpenAsync(journal, name);
        for (var i = 0L; i < 100; i++)
        {
            await queue.AddManyAsync(i * 10, 10, payloadBytes: 50);
            await queue.LeaseAsync(i * 10);
            await queue.CompleteAsync(i * 10);
            await queue.RemoveAsync((i * 10) + 1);
        }

        return queue;
    }
}
