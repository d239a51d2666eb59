using System.Globalization;
using System.Net;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>How silos come into their cluster, as processes.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class JoiningTests(ITestOutputHelper output) : IDisposable
{
    private const string AnyUrl = "http://127.0.0.1:0";
    private static readonly TimeSpan LongestJoin = TimeSpan.FromSeconds(8);

    private readonly RedisServer _redis = RedisServer.Start();

    public void Dispose() => _redis.Dispose();

    [Theory]
    [InlineData("--silo-port")]
    [InlineData("--gateway-port")]
    public async Task A_silo_whose_port_another_has_is_refused_in_one_line_and_the_other_goes_on(string option)
    {
        var port = FreePort.Text();
        using var first = Start(option, port);
        await first.ReadyAsync();
        using var client = new TimestoneClient(new Uri(first.BaseAddress));
        await client.EnqueueAsync("q", new NewMessage { Id = "a" });
        using (var second = Start(option, port))
        {
            var (code, errors) = await second.ExitAsync();
            code.ShouldBe(1);
            errors.ShouldStartWith($"timestone-silo: {option}: 127.0.0.1:{port} is in use");
            errors.Trim().ShouldNotContain('\n');
        }

        // As it is the same process, it has not lost the queue either.
        (await client.DequeueAsync("q", new DequeueRequest())).Messages.ShouldHaveSingleItem().Id.ShouldBe("a");
        first.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task Silos_of_one_machine_that_are_told_no_ports_choose_free_ones()
    {
        ServerProcess[] silos = [Start(), Start(), Start()];
        try
        {
            await Task.WhenAll(silos.Select(static silo => silo.ReadyAsync()));
            using var first = new TimestoneClient(new Uri(silos[0].BaseAddress));
            await Eventually.SucceedAsync(() => first.EnqueueAsync("q", new NewMessage { Id = "a" }));
            foreach (var silo in silos)
            {
                using var client = new TimestoneClient(new Uri(silo.BaseAddress));
                (await Eventually.SucceedAsync(() => client.GetDepthAsync("q"))).ShouldBe(1);
            }

            silos.ShouldAllBe(static silo => silo.IsRunning);
        }
        finally
        {
            foreach (var silo in silos)
                silo.Dispose();
        }
    }

    [Fact]
    public async Task While_Redis_is_away_a_silo_waits_for_it_and_says_so_to_whoever_asks()
    {
        _redis.Kill();
        var address = new Uri($"http://127.0.0.1:{FreePort.Text()}");
        using var silo = ServerProcess.StartProgram("timestone-silo", [], "--urls", address.ToString(), "--redis", _redis.Address);
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.BeAsync(async () => await StatusAsync(http) == HttpStatusCode.ServiceUnavailable);

        // Orleans' own patience is 5 s: it is over when this has been said.
        await silo.SaysAsync("the connection was lost or cannot be made");
        (await StatusAsync(http)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.GetStringAsync(new Uri("/healthz", UriKind.Relative))).ShouldNotBeEmpty();
        _redis.Start();
        await Eventually.BeAsync(async () => await StatusAsync(http) == HttpStatusCode.OK);
        using var client = new TimestoneClient(address);
        await client.EnqueueAsync("q", new NewMessage { Id = "a" });
        silo.Terminate();
        (await silo.ExitAsync()).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_silo_that_waits_for_Redis_ends_in_order_when_it_is_told_to()
    {
        _redis.Kill();
        using var silo = Start();
        await silo.SaysAsync("Redis cannot be reached");
        silo.Terminate();
        var (code, errors) = await silo.ExitAsync();
        (code, errors).ShouldBe((0, ""));
    }

    [Fact]
    public async Task A_start_beside_silos_that_were_killed_is_quick_and_quiet()
    {
        ServerProcess[] silos = [Start(), Start(), Start()];
        await Task.WhenAll(silos.Select(static silo => silo.ReadyAsync()));
        foreach (var silo in silos)
        {
            silo.Kill();
            silo.Dispose();
        }

        using var next = Start();
        List<string> lines = [];
        do
            lines.Add(await next.LineAsync());
        while (!lines[^1].Contains("Listening on", StringComparison.Ordinal));
        foreach (var line in lines)
            output.WriteLine(line);

        // Of each that died a line, and what the silo says of itself.
        lines.Count.ShouldBeLessThanOrEqualTo(silos.Length + 4);
        lines.Count(static line => line.Contains("it is declared dead", StringComparison.Ordinal)).ShouldBe(silos.Length);
        string[] noise = [" warn: ", "Orleans.", "Polly"];
        lines.ShouldAllBe(line => !noise.Any(word => line.Contains(word, StringComparison.Ordinal)));
        (TimeOf(lines[^1]) - TimeOf(lines[0])).ShouldBeLessThan(LongestJoin);
    }

    private static DateTime TimeOf(string line) => DateTime.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private ServerProcess Start(params string[] more) =>
        ServerProcess.StartProgram("timestone-silo", [], ["--urls", AnyUrl, "--redis", _redis.Address, .. more]);
}
