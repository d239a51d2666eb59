using System.Net;
using System.Net.Http.Json;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Collection(Apart.Name)]
[Slow]
public sealed class SiloProgramTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Without_Redis_a_silo_is_a_cluster_by_itself_that_keeps_its_data_in_files()
    {
        string[] args =
        [
            "--urls",
            "http://127.0.0.1:0",
            "--data",
            _data.Path,
            "--durability",
            "os",
            "--silo-port",
            FreePort.Text(),
            "--gateway-port",
            FreePort.Text(),
        ];
        using (var silo = ServerProcess.StartProgram("timestone-silo", [], args))
        {
            await silo.ReadyAsync();
            using var client = new TimestoneClient(new Uri(silo.BaseAddress));
            await client.EnqueueAsync("q", new NewMessage { Id = "a" });
            (await client.DequeueAsync("q", new DequeueRequest())).Messages.ShouldHaveSingleItem();
            silo.Terminate();
            (await silo.ExitAsync()).Code.ShouldBe(0);
        }

        using var again = ServerProcess.StartProgram("timestone-silo", [], args);
        await again.ReadyAsync();
        using var http = new HttpClient { BaseAddress = new Uri(again.BaseAddress) };
        (await http.GetFromJsonAsync<System.Text.Json.Nodes.JsonObject>("/v1/queues/q/messages/a"))!["state"]!
            .ToString()
            .ShouldBe("running");
        (await http.GetAsync(new Uri("/dashboard/", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_page_of_another_site_can_use_neither_its_queues_nor_its_dashboard()
    {
        using var silo = await StartAsync();
        using var client = new TimestoneClient(new Uri(silo.BaseAddress));
        await client.EnqueueAsync("q", new NewMessage { Id = "a" });
        await Timestone.Tests.Browser.Attack.FailsOnAsync(new Uri(silo.BaseAddress));
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Host", "evil.example", HttpStatusCode.BadRequest)]
    public async Task The_dashboard_is_not_for_pages_of_other_sites(string header, string value, HttpStatusCode status)
    {
        using var silo = await StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(silo.BaseAddress) };
        foreach (var path in new[] { "/dashboard/", "/dashboard/DashboardCounters", "/dashboard/index.min.js", "/v1/queues" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await http.SendAsync(request);
            answer.StatusCode.ShouldBe(status, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }
    }

    [Theory]
    [InlineData("--silo-port", "0")]
    [InlineData("--gateway-port", "30000", "--silo-port", "30000")]
    [InlineData("--probe-seconds", "0")]
    [InlineData("--probe-seconds", "soon")]
    [InlineData("--missed-probes", "21")]
    [InlineData("--death-votes", "0")]
    [InlineData("--advertise", "here")]
    [InlineData("--advertise", "192.0.2.1")]
    [InlineData("--cluster", "a b")]
    [InlineData("--role", "silo")]
    [InlineData("--redis", "embedded:0")]
    [InlineData("--redis", "embedded:here")]
    [InlineData("--nonsense", "1")]
    public async Task An_option_that_cannot_be_is_refused_in_one_line_that_names_it(string option, string value, params string[] more)
    {
        using var silo = ServerProcess.StartProgram("timestone-silo", [], [option, value, .. more]);
        var (code, errors) = await silo.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith($"timestone-silo: {option}");
        errors.Trim().ShouldNotContain('\n');
    }

    private async Task<ServerProcess> StartAsync()
    {
        var silo = ServerProcess.StartProgram(
            "timestone-silo",
            [],
            "--urls",
            "http://127.0.0.1:0",
            "--data",
            _data.Path,
            "--durability",
            "os",
            "--silo-port",
            FreePort.Text(),
            "--gateway-port",
            FreePort.Text()
        );
        await silo.ReadyAsync();
        return silo;
    }
}
