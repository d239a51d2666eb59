using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;
using Shouldly;
using Timestone.Silo;
using Timestone.Tests.Redis;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Storage;

/// <summary>The grain storage of silos that share a Redis.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class RedisStorageTests
{
    private static string _redis = "";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task State_survives_the_silo_that_wrote_it(bool onGarnet)
    {
        using var redis = onGarnet ? RedisServer.StartGarnet() : RedisServer.Start();
        _redis = redis.Address;
        if (!onGarnet)
        {
            // Those that the docs name, for a cluster of this name.
            RedisUserRights.Give(
                redis,
                [.. RedisUserRights.Named(RedisUserRights.Journal), .. RedisUserRights.Named(RedisUserRights.Silos), "~storage-*"]
            );
            _redis = RedisUserRights.Of(redis.Address);
        }

        await using var silos = await StartAsync();
        var grains = ((InProcessSiloHandle)silos.Silos[0]).ServiceProvider.GetRequiredService<IGrainFactory>();
        var doomed = silos.Silos[1];
        var grain = await OnAsync(grains, doomed.SiloAddress);
        await grain.WriteAsync("kept");
        await silos.KillSiloAsync(doomed);

        // Until the cluster has noticed, calls go to the silo that is dead.
        await Eventually.SucceedAsync(grain.ReadAsync);
        (await grain.SiloAsync()).ShouldBe(silos.Silos[0].SiloAddress);
        (await grain.ReadAsync()).ShouldBe("kept");
        (await grain.IsOverwriteRefusedAsync("lost")).ShouldBeTrue();
        await grain.WriteAsync("kept again");
        (await grain.ReadAsync()).ShouldBe("kept again");
        await grain.ClearAsync();
        (await grain.ReadAsync()).ShouldBeNull();
        if (!onGarnet)
            RedisUserRights.Refused(redis).ShouldBeEmpty();
    }

    private static async Task<TestCluster> StartAsync()
    {
        var builder = new TestClusterBuilder(initialSilosCount: 2);
        builder.Options.ClusterId = builder.Options.ServiceId = $"storage-{Guid.NewGuid():N}";
        builder.Options.UseTestClusterMembership = false;
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ConfigureFileLogging = false;
        builder.AddSiloBuilderConfigurator<OnRedis>();
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    // Placement is random: the first that happens to be there.
    private static async Task<INotesGrain> OnAsync(IGrainFactory grains, SiloAddress silo)
    {
        for (var number = 0; number < 1000; number++)
        {
            var grain = grains.GetGrain<INotesGrain>($"notes-{number}");
            if ((await grain.SiloAsync()).Equals(silo))
                return grain;
        }

        throw new InvalidOperationException($"No grain was placed on {silo}.");
    }

    private sealed class OnRedis : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.UseTimestoneRedis(_redis, new Timestone.Silo.SiloOptions());
            siloBuilder.Configure<ClusterMembershipOptions>(static options => options.NumVotesForDeathDeclaration = 1);
        }
    }
}
