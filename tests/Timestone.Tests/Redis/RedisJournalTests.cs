using Timestone.Backends.Redis;
using Timestone.Engine;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>What every journal does.</summary>
public sealed class RedisJournalTests : JournalContract, IAsyncLifetime
{
    protected override IJournal Journal { get; } = RedisJournal.Open(new RedisJournalOptions { Configuration = RedisServer.NewDatabase(), Timeout = RedisServer.Patience });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Journal.DisposeAsync();
}
