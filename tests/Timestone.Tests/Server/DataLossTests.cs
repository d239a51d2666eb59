using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Timestone.Journals.Files;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

/// <summary>A real server whose files are not what they were: what it says and what it does about that.</summary>
[Slow]
public sealed class DataLossTests : IDisposable
{
    private const string Segment = "000000000001.log";

    private readonly TemporaryDirectory _data = new();

    private string Log => Path.Combine(_data.Path, Segment);

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_loss_is_refused_with_what_to_do_and_accepted_once()
    {
        await LiveAsync("first");
        var length = Lose();

        using (var refused = Start())
        {
            var (code, errors) = await refused.ExitAsync();
            code.ShouldBe(1);
            errors.ShouldBe(
                $"timestone-server: Data that had become durable is lost. {Segment} ends at offset 48 and went on to offset {length}: "
                    + $"{length - 48} bytes of records are missing. Put the file back as it was, or restore the whole directory from a backup. "
                    + "'timestone verify' lists everything that is lost; --accept-data-loss starts without it.\n"
            );
        }

        (await LiveAsync("second", "--accept-data-loss")).ShouldContain(
            $"Started although data is lost, as --accept-data-loss says: {Segment} ends at offset 48"
        );
        (await LiveAsync("third")).ShouldNotContain("lost");
        using var server = Start();
        using var http = await ReadyAsync(server);
        foreach (
            var (id, status) in new[] { ("first", HttpStatusCode.NotFound), ("second", HttpStatusCode.OK), ("third", HttpStatusCode.OK) }
        )
            (await http.GetAsync($"/v1/queues/q/messages/{id}")).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task A_torn_tail_that_is_cut_off_is_logged_with_file_offset_and_bytes()
    {
        using (var server = Start())
        {
            using var http = await ReadyAsync(server);
            await EnqueueAsync(http, "kept");
            server.Kill();
        }

        // The beginning of a record.
        var end = TestLog.End(await File.ReadAllBytesAsync(Log));
        using (var file = File.OpenWrite(Log))
        {
            file.Position = end;
            file.Write([100, 0, 0, 0, 48, 0, 0, 0, 1, 2, 3]);
        }

        var said = await LiveAsync("new");

        said.ShouldContain($"Cut off 11 bytes of {Segment} at offset {end}");
        said.ShouldContain("after a crash");
        using var again = Start();
        using var client = await ReadyAsync(again);
        (await client.GetAsync("/v1/queues/q/messages/kept")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_first_start_says_that_it_begins_a_journal_and_a_later_one_what_the_one_before_ended_with()
    {
        var first = await LiveAsync("first");
        first.ShouldContain($"Began a new journal in {_data.Path}: there was none.");
        first.ShouldNotContain("crash");
        var second = await LiveAsync("second");
        second.ShouldNotContain("Began");
        second.ShouldContain("Recovered 1 queues with 1 messages");
        second.ShouldContain("after a stop in order.");
    }

    private static async Task<HttpClient> ReadyAsync(ServerProcess server)
    {
        await server.ReadyAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new HttpClient { BaseAddress = new Uri(server.BaseAddress), Timeout = TimeSpan.FromSeconds(20) };
    }

    private static async Task EnqueueAsync(HttpClient http, string id)
    {
        using var answer = await http.PostAsJsonAsync("/v1/queues/q/messages", new { id });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private ServerProcess Start(params string[] more) =>
        ServerProcess.Start(["--urls", "http://127.0.0.1:0", "--data", _data.Path, .. more]);

    // Starts, takes a message and stops in order; answers what the server said before it listened.
    private async Task<string> LiveAsync(string id, params string[] more)
    {
        using var server = Start(more);
        var said = new List<string>();
        while (said is not [.., var last] || !last.Contains("Listening on ", StringComparison.Ordinal))
            said.Add(await server.LineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
        var address = said[^1].Split("Listening on ")[1].Split(',')[0];
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        await EnqueueAsync(http, id);
        server.Terminate();
        (await server.RestAsync()).ShouldContain("Stopped in ");
        return string.Join('\n', said);
    }

    // All records of the only segment become zeros; answers where they ended.
    private int Lose()
    {
        var bytes = File.ReadAllBytes(Log);
        var end = TestLog.End(bytes);
        bytes.AsSpan(SegmentHeader.Size).Clear();
        File.WriteAllBytes(Log, bytes);
        return end;
    }
}
