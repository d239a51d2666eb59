using Timestone.Backends.Redis;
using Timestone.Engine;
using Timestone.Tests.Journal;

namespace Timestone.Tests.Redis;

/// <summary>What every journal does.</summary>
public sealed class RedisJournalTests() : RedisJournalContract(RedisServer.NewDatabase());

/// <summary>The same on Garnet.</summary>
public sealed class GarnetJournalTests() : RedisJournalContract(GarnetDatabases.New());

public abstract class RedisJournalContract(string database) : JournalContract, IAsyncDisposable
{
    protected override IJournal Journal { get; } = RedisJournal.Open(new RedisJournalOptions { Configuration = database, Timeout = RedisServer.Patience });

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
