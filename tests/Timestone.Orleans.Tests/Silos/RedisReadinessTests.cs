using System.Net;
using Shouldly;
using Timestone.Orleans.Tests.Failover;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Collection(Apart.Name)]
[Slow]
public sealed class RedisReadinessTests
{
    [Fact]
    public async Task Every_silo_notices_each_time_that_Redis_is_frozen_and_that_it_goes_on()
    {
        await using var silos = await SiloProcesses.StartAsync();
        using var http = new HttpClient();
        for (var i = 0; i < 2; i++)
        {
            silos.SignalRedis("STOP");
            var calls = silos
                .Rest.Select(
                    (rest, silo) =>
                        Should.ThrowAsync<TimestoneException>(() => rest.EnqueueAsync($"q{silo}", new NewMessage { Id = $"{i}" }))
                )
                .ToArray();
            await BeAsync(HttpStatusCode.ServiceUnavailable);
            await Task.WhenAll(calls);
            silos.SignalRedis("CONT");
            await BeAsync(HttpStatusCode.OK);
        }

        for (var silo = 0; silo < SiloProcesses.Count; silo++)
            await Eventually.SucceedAsync(() => silos.Rest[silo].EnqueueAsync($"q{silo}", new NewMessage { Id = "last" }));

        Task BeAsync(HttpStatusCode status) =>
            Task.WhenAll(
                silos.Addresses.Select(address =>
                    Eventually.BeAsync(async () => (await http.GetAsync(new Uri(address, "/readyz"))).StatusCode == status)
                )
            );
    }
}
