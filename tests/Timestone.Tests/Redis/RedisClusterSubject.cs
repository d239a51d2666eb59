using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Redis;

/// <summary>The service in this process, on a Redis Cluster. A cluster has one database, so tests have it one after the other.</summary>
public sealed class RedisClusterSubject : LocalSubject
{
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private bool _hasTurn;

    public override async Task StartAsync(QueueSettings? defaults)
    {
        await Turn.WaitAsync();
        _hasTurn = true;
        try
        {
            RedisCluster.Shared.Clear();
            await base.StartAsync(defaults);
        }
        catch
        {
            // Nothing is disposed of a test that did not start.
            await DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync();
        }
        finally
        {
            // Whatever happened: all others wait for it.
            if (_hasTurn)
                Turn.Release();
            _hasTurn = false;
        }
    }

    public override double StoreSeconds => 10;

    protected override Task<IJournal> OpenJournalAsync() =>
        Task.FromResult<IJournal>(
            RedisJournal.Open(new RedisJournalOptions { Configuration = RedisCluster.Shared.Address, Timeout = RedisServer.Patience })
        );
}
