using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>What every journal does.</summary>
public sealed class RedisJournalTests() : RedisJournalContract(RedisServer.NewDatabase());

/// <summary>The same on Garnet.</summary>
public sealed class GarnetJournalTests() : RedisJournalContract(GarnetDatabases.New());

public abstract class RedisJournalContract(string database) : JournalContract, IAsyncDisposable
{
    protected override IJournal Journal { get; } =
        RedisJournal.Open(new RedisJournalOptions { Configuration = database, Timeout = RedisServer.Patience });

    [Fact]
    public async Task All_who_share_it_have_one_id_and_one_that_was_emptied_is_another_store()
    {
        await using var other = RedisJournal.Open(new RedisJournalOptions { Configuration = database, Timeout = RedisServer.Patience });

        // Two that use a database of Garnet first, at the same time, can get one each.
        await Journal.ListQueuesAsync();
        var ids = await Task.WhenAll(Journal.ReadIdAsync().AsTask(), other.ReadIdAsync().AsTask());
        ids[0].ShouldNotBeNull().ShouldBe(ids[1]);
        await other.Link.CallAsync(static client => client.GetDatabase().KeyDeleteAsync(RedisKeys.Id));
        (await Journal.ReadIdAsync()).ShouldNotBeNull().ShouldNotBe(ids[0]);
    }

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
