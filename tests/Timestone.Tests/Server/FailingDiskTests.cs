using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

/// <summary>
/// A real server on a real directory in which the system's calls fail: nobody is told more than is true, and who asks is told.
/// </summary>
[UnsupportedOSPlatform("windows")]
[Slow]
public sealed class FailingDiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _above = new();

    private string Data => Path.Combine(_above.Path, "data");

    public void Dispose() => _above.Dispose();

    [Fact]
    public async Task A_sync_that_fails_is_acknowledged_to_nobody()
    {
        // Counted by thread: the first two of the one that writes are for the queue and for the message that is kept.
        using (
            var server = Start(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-o",
                "/dev/null",
                "-P",
                Path.Combine(Data, "000000000001.log"),
                "-e",
                "trace=fsync",
                "-e",
                "inject=fsync:error=EIO:when=3+"
            )
        )
        {
            using var http = await ReadyAsync(server);
            (await EnqueueAsync(http, "kept")).ShouldBe(HttpStatusCode.Created);
            for (var i = 0; i < 3; i++)
                (await EnqueueAsync(http, $"lost{i}")).ShouldBe(HttpStatusCode.ServiceUnavailable);
            var (status, journal) = await JournalAsync(http);
            status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            journal.ShouldContain("has to be started again");
        }

        using var again = Start();
        using var client = await ReadyAsync(again);
        (await client.GetAsync("/v1/queues/q/messages/kept")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await EnqueueAsync(client, "new")).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_sync_that_fails_once_fails_what_waited_for_it_and_nothing_else()
    {
        using var server = Start(
            "strace",
            "-f",
            "--seccomp-bpf",
            "-o",
            "/dev/null",
            "-P",
            Path.Combine(Data, "000000000001.log"),
            "-e",
            "trace=fsync",
            "-e",
            "inject=fsync:error=EIO:when=3"
        );
        using var http = await ReadyAsync(server);
        (await EnqueueAsync(http, "a")).ShouldBe(HttpStatusCode.Created);
        (await EnqueueAsync(http, "b")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Eventually.BeAsync(async () => await EnqueueAsync(http, "b") == HttpStatusCode.Created);
        (await JournalAsync(http)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task In_a_directory_that_becomes_unwritable_every_request_is_answered_and_it_heals_with_the_directory()
    {
        // Root may write anywhere, unless it has given that up.
        using var server = Environment.UserName == "root" ? Start("setpriv", "--bounding-set=-dac_override,-dac_read_search") : Start();
        using var http = await ReadyAsync(server);
        (await EnqueueAsync(http, "first")).ShouldBe(HttpStatusCode.Created);
        File.SetUnixFileMode(Data, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            // Until what was set aside is used up.
            var payload = new string('x', 200_000);
            for (var i = 0; await EnqueueAsync(http, $"m{i}", payload) == HttpStatusCode.Created; i++)
                i.ShouldBeLessThan(2000);
            (await EnqueueAsync(http, "refused", payload)).ShouldNotBe(HttpStatusCode.Created);

            // More space would not help.
            (await JournalAsync(http)).Journal.ShouldNotContain("full");

            // The queue may have to be opened again first.
            await Eventually.BeAsync(async () => (await http.GetAsync("/v1/queues/q/depth")).IsSuccessStatusCode);
        }
        finally
        {
            File.SetUnixFileMode(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await Eventually.BeAsync(async () => await EnqueueAsync(http, "healed") == HttpStatusCode.Created);
        (await JournalAsync(http)).Journal.ShouldBe("");
    }

    private static async Task<HttpClient> ReadyAsync(ServerProcess server)
    {
        await server.ReadyAsync().WaitAsync(Patience);
        return new HttpClient { BaseAddress = new Uri(server.BaseAddress), Timeout = TimeSpan.FromSeconds(20) };
    }

    private static async Task<HttpStatusCode> EnqueueAsync(HttpClient http, string id, string? payload = null)
    {
        using var answer = await http.PostAsJsonAsync("/v1/queues/q/messages", new { id, payload });
        return answer.StatusCode;
    }

    private static async Task<(HttpStatusCode Status, string Journal)> JournalAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/readyz");
        var parts = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["parts"]!.AsArray();
        return (answer.StatusCode, (string?)parts.Single(static part => (string?)part!["name"] == "journal")!["detail"] ?? "");
    }

    private ServerProcess Start(params string[] under)
    {
        Needs.Strace();
        return ServerProcess.StartUnder(under, "timestone-server", [], "--urls", "http://127.0.0.1:0", "--data", Data);
    }
}
