using Shouldly;
using Timestone.Client;
using Timestone.Grains;
using Timestone.Tests.Redis;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>Orleans' own configuration section, by which Aspire tells a silo where it belongs.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class OrleansSectionTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("ServiceKey", "ConnectionStrings__shared")]
    [InlineData("ConnectionName", "ConnectionStrings__shared")]
    [InlineData("ConnectionString", "Orleans__Clustering__ConnectionString")]
    public async Task Silos_find_each_other_and_their_queues_in_the_Redis_that_it_names(string by, string connection)
    {
        Needs.Redis();
        var environment = new Dictionary<string, string>
        {
            ["Orleans__ClusterId"] = "sectioned",
            ["Orleans__ServiceId"] = "stones",
            ["Orleans__EnableDistributedTracing"] = "true",
            [$"Orleans__Clustering__{by}"] = "shared",
        };
        foreach (var provider in new[] { "Clustering", "GrainDirectory__default", $"GrainStorage__{TimestoneGrainStorage.Name}" })
        {
            environment[$"Orleans__{provider}__ProviderType"] = "Redis";
            if (provider is "Clustering" || by is not "ConnectionString")
                environment[$"Orleans__{provider}__{by}"] = "shared";
            else
                environment[$"Orleans__{provider}__ConnectionString"] = RedisServer.SharedOfAnyKind.Address;
        }

        environment[connection] = RedisServer.NewDatabaseOfAnyKind();
        using var one = Start(environment);
        using var other = Start(environment);
        await one.ReadyAsync();
        await other.ReadyAsync();
        using var first = new TimestoneClient(new Uri(one.BaseAddress));
        using var second = new TimestoneClient(new Uri(other.BaseAddress));
        await first.EnqueueAsync("q", new NewMessage { Id = "a" });
        (await second.DequeueAsync("q", new DequeueRequest())).Messages.ShouldHaveSingleItem();
        (await first.GetMessageAsync("q", "a")).State.ShouldBe(MessageState.Running);
    }

    [Fact]
    public async Task The_journal_is_in_the_Redis_of_its_own_option_where_both_are_given()
    {
        Needs.Redis();
        var journal = RedisServer.NewDatabaseOfAnyKind();
        var environment = new Dictionary<string, string>
        {
            ["Orleans__Clustering__ProviderType"] = "Redis",
            ["Orleans__Clustering__ConnectionString"] = RedisServer.NewDatabaseOfAnyKind(),
        };
        using (var silo = Start(environment, "--redis", journal))
        {
            await silo.ReadyAsync();
            using var client = new TimestoneClient(new Uri(silo.BaseAddress));
            await client.EnqueueAsync("q", new NewMessage { Id = "a" });
            silo.Terminate();
            (await silo.ExitAsync()).Code.ShouldBe(0);
        }

        using var again = Start([], "--redis", journal);
        await again.ReadyAsync();
        using var other = new TimestoneClient(new Uri(again.BaseAddress));
        (await other.GetMessageAsync("q", "a")).State.ShouldBe(MessageState.Pending);
    }

    [Theory]
    [InlineData("Orleans:Clustering:ProviderType: 'AzureTableStorage' must be Redis",
        "Orleans__Clustering__ProviderType=AzureTableStorage")]
    [InlineData("ConnectionStrings:here: is missing; Orleans:Clustering:ServiceKey asks for it",
        "Orleans__Clustering__ProviderType=Redis", "Orleans__Clustering__ServiceKey=here")]
    [InlineData("Orleans:Clustering: must have a ServiceKey", "Orleans__Clustering__ProviderType=Redis")]
    [InlineData("Orleans: Could not find Reminders provider named 'Kalender'", "Orleans__Reminders__ProviderType=Kalender")]
    [InlineData("--gateway-port: '0' must be a port", "Orleans__Endpoints__GatewayPort=0")]
    [InlineData("--advertise: 'here' is no IP address", "Orleans__Endpoints__AdvertisedIPAddress=here")]
    [InlineData("--cluster: is 'a', and Orleans:ClusterId is 'b'; leave one of them out",
        "Timestone__Silo__Cluster=a", "Orleans__ClusterId=b")]
    [InlineData("--redis: 'embedded' is a cluster's Redis",
        "Orleans__Clustering__ProviderType=Redis", "Orleans__Clustering__ConnectionString=127.0.0.1:1", "Timestone__Redis=embedded")]
    public async Task What_it_cannot_be_is_refused_in_one_line_that_names_it(string says, params string[] environment)
    {
        var variables = environment.Select(static one => one.Split('=')).ToDictionary(static one => one[0], static one => one[1]);
        using var silo = ServerProcess.StartProgram("timestone-silo", variables, "--urls", "http://127.0.0.1:0", "--data", _data.Path);
        var (code, errors) = await silo.ExitAsync();
        code.ShouldBe(1);
        errors.ShouldStartWith($"timestone-silo: {says}");
        errors.Trim().ShouldNotContain('\n');
    }

    private ServerProcess Start(Dictionary<string, string> environment, params string[] more) => ServerProcess.StartProgram(
        "timestone-silo",
        new(environment) { ["Orleans__Endpoints__SiloPort"] = FreePort.Text(), ["Orleans__Endpoints__GatewayPort"] = FreePort.Text() },
        ["--urls", "http://127.0.0.1:0", "--data", _data.Path, .. more]);
}
