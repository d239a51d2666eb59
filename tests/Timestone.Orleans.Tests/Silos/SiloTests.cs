using Timestone.Engine;
using Timestone.Grains;
using Timestone.Tests.Redis;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

/// <summary>What tests of the silos stand on: a database of their own, the real time, and queues of their own names.</summary>
public abstract class SiloTests : IAsyncLifetime
{
    protected const int NoSilo = -1;

    // Names are not used twice: silos remember where grains were.
    protected string Queue { get; } = $"q{Guid.NewGuid():N}";

    protected string Database { get; } = RedisServer.NewDatabaseOfAnyKind();

    protected TestSilos Silos { get; private set; } = null!;

    protected ITimestone Service => Silos.Within;

    public async ValueTask InitializeAsync()
    {
        Silos = await TestSilos.SharedAsync();
        await Silos.OpenAsync(Database, new LocalTimestoneOptions(), TimeProvider.System);
    }

    public async ValueTask DisposeAsync() => await Silos.CloseAsync();

    protected IMessageGrain MessageGrain(string id) => Silos.Grains().GetGrain<IMessageGrain>(new MessageKey(Queue, id).ToString());

    /// <summary>Has no silo keep the queue open.</summary>
    protected async Task CloseQueueAsync() => await Eventually.BeAsync(async () =>
    {
        await Silos.DeactivateIdleAsync();
        return Silos.OwnerOf(Queue) == NoSilo;
    });
}
