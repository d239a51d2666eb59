using Timestone.Backends.Redis;
using Timestone.Engine;
using Timestone.Tests.Journal;

namespace Timestone.Tests.Redis;

/// <summary>What every journal does.</summary>
public sealed class RedisJournalTests : JournalContract, IAsyncDisposable
{
    protected override IJournal Journal { get; } = RedisJournal.Open(new RedisJournalOptions { Configuration = RedisServer.NewDatabase(), Timeout = RedisServer.Patience });

    public async ValueTask DisposeAsync() => await Journal.DisposeAsync();
}
