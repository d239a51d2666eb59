using Shouldly;
using Timestone.Cli;
using Timestone.Journals.Files;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_directory_that_is_well_is_found_so_and_left_alone()
    {
        await WriteAsync();
        var before = Contents();
        var outcome = await RunAsync();
        outcome.Code.ShouldBe(0);
        outcome.Out.ShouldMatch("messages +60\\nstopped +in order\\ncut off +nothing\\nlost +nothing\\n$");
        Contents().ShouldBe(before);
    }

    [Fact]
    public async Task What_a_start_would_cut_off_and_refuse_is_told_and_left_alone()
    {
        await WriteAsync();
        var name = Directory.GetFiles(_data.Path, "*.log").Order().Last();
        var bytes = await File.ReadAllBytesAsync(name);
        var end = TestLog.End(bytes, 3);
        bytes[end + 10] = 7;
        await File.WriteAllBytesAsync(name, bytes);
        var torn = await RunAsync();
        torn.Code.ShouldBe(0);
        torn.Out.ShouldContain($"11 bytes of 000000000003.log at offset {end}, never answered");

        File.Delete(Path.Combine(_data.Path, "000000000001.log"));
        var before = Contents();
        var lost = await RunAsync();
        lost.Code.ShouldBe(1);
        lost.Out.ShouldContain("a start refuses");
        lost.Out.ShouldContain("000000000001.log is missing.");
        Contents().ShouldBe(before);
    }

    [Theory]
    [InlineData("newest deleted", "000000000003.log is missing.")]
    [InlineData("oldest deleted", "000000000001.log is missing.")]
    [InlineData("middle deleted", "000000000002.log is missing.")]
    [InlineData("closed cut", "000000000002.log ends at offset 48 and went on to offset")]
    [InlineData("closed zeroed", "000000000002.log ends at offset 48 and went on to offset")]
    [InlineData("newest cut", "000000000003.log ends at offset 48 and went on to offset")]
    [InlineData("newest zeroed", "000000000003.log ends at offset 48 and went on to offset")]
    [InlineData("mark deleted", "journal.mark is missing")]
    [InlineData("all but spares deleted", "journal.mark is missing")]
    public async Task Whatever_is_lost_is_told_a_start_refuses_it_and_both_leave_it_alone(string loss, string message)
    {
        await WriteAsync();
        Lose(loss);
        var before = Contents();

        var found = await RunAsync();

        found.Code.ShouldBe(ExitCodes.Refused);
        found.Out.ShouldContain(message);
        var refusal = Should.Throw<IOException>(() => Open()).Message;
        refusal.ShouldContain(message);
        refusal.ShouldContain("--accept-data-loss");
        Contents().ShouldBe(before);
        await using var accepted = Open(acceptDataLoss: true);
        accepted.Recovered.Losses.ShouldContain(each => each.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_of_another_version_is_refused_for_that_reason_with_a_mark_and_without()
    {
        await WriteAsync();
        var oldest = Path.Combine(_data.Path, "000000000001.log");
        var bytes = await File.ReadAllBytesAsync(oldest);
        bytes[8] = 2;
        await File.WriteAllBytesAsync(oldest, bytes);
        for (var i = 0; i < 2; i++)
        {
            var outcome = await RunAsync();
            outcome.Code.ShouldBe(ExitCodes.Refused);
            outcome.Error.ShouldContain("000000000001.log was written by another version of Timestone");
            Should.Throw<UnreadableLogException>(() => Open(acceptDataLoss: true));
            File.Delete(Path.Combine(_data.Path, FileNames.Mark));
        }
    }

    [Fact]
    public async Task A_copy_without_lock_spares_and_room_behind_the_log_is_as_good_as_what_was_copied()
    {
        await WriteAsync();
        using var copy = new TemporaryDirectory();
        foreach (
            var file in Directory
                .GetFiles(_data.Path)
                .Where(static file =>
                    !file.EndsWith(".spare", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal)
                )
        )
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        var newest = Directory.GetFiles(copy.Path, "*.log").Order().Last();
        var bytes = await File.ReadAllBytesAsync(newest);
        await File.WriteAllBytesAsync(newest, bytes[..TestLog.End(bytes, 3)]);

        (await RunAsync(copy.Path)).Code.ShouldBe(ExitCodes.Ok);
        await using var journal = Open(copy.Path);
        (journal.Recovered.Messages, journal.Recovered.IsCleanEnd).ShouldBe((60, true));
    }

    [Fact]
    public async Task A_directory_in_use_and_one_without_a_journal_are_refused()
    {
        var absent = await RunAsync();
        absent.Code.ShouldBe(ExitCodes.Usage);
        absent.Error.ShouldContain("There is no journal in");
        await using var journal = Open();
        var outcome = await RunAsync();
        outcome.Code.ShouldBe(ExitCodes.Unavailable);
        outcome.Error.ShouldContain("A server has the journal in");
    }

    private async Task<CliOutcome> RunAsync(string? directory = null)
    {
        await using var cli = new CliBench();
        return await cli.RunAsync("verify", directory ?? _data.Path);
    }

    private FileJournal Open(string? directory = null, bool acceptDataLoss = false) =>
        FileJournal.Open(
            new FileJournalOptions
            {
                Directory = directory ?? _data.Path,
                SegmentBytes = 4096,
                AcceptDataLoss = acceptDataLoss,
            }
        );

    // Three segments, each with more than a header.
    private async Task WriteAsync()
    {
        await using var journal = Open();
        var queue = await TestQueue.OpenAsync(journal);
        for (var i = 1; i <= 6; i++)
            await queue.AddManyAsync(i * 10, 10, payloadBytes: 100);
    }

    private void Lose(string what)
    {
        var names = Directory.GetFiles(_data.Path, "*.log").Order().ToArray();
        var mark = Path.Combine(_data.Path, FileNames.Mark);
        names.Length.ShouldBe(3);
        switch (what)
        {
            case "newest deleted":
                File.Delete(names[2]);
                break;
            case "oldest deleted":
                File.Delete(names[0]);
                break;
            case "middle deleted":
                File.Delete(names[1]);
                break;
            case "closed cut":
                Cut(names[1]);
                break;
            case "closed zeroed":
                Zero(names[1]);
                break;
            case "newest cut":
                Cut(names[2]);
                break;
            case "newest zeroed":
                Zero(names[2]);
                break;
            case "mark deleted":
                File.Delete(mark);
                break;
            case "all but spares deleted":
                Array.ForEach([.. names, mark], File.Delete);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }

        static void Cut(string path)
        {
            using var file = File.OpenWrite(path);
            file.SetLength(SegmentHeader.Size);
        }

        static void Zero(string path)
        {
            using var file = File.OpenWrite(path);
            var length = file.Length;
            file.SetLength(SegmentHeader.Size);
            file.SetLength(length);
        }
    }

    private string[] Contents() =>
        [
            .. Directory
                .GetFiles(_data.Path)
                .Order()
                .Select(static file =>
                    $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"
                ),
        ];
}
