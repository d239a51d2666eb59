using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Conformance.Subjects;

namespace Timestone.Tests.Redis;

/// <summary>The service in this process, on a database of a Redis.</summary>
/// <param name="database">The database; null for one of the redis-server that tests share.</param>
public sealed class RedisSubject(string? database = null) : LocalSubject
{
    private readonly string _database = database ?? RedisServer.NewDatabase();

    public override double StoreSeconds => 10;

    protected override Task<IJournal> OpenJournalAsync() =>
        Task.FromResult<IJournal>(RedisJournal.Open(new RedisJournalOptions { Configuration = _database, Timeout = RedisServer.Patience }));
}
