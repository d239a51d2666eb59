using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Outbox;
using Timestone.Tests.Server;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>Who may come to a Redis, and whom we trust there.</summary>
[Slow]
public sealed class RedisAccessTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_password_opens_what_is_closed_without_it()
    {
        using var redis = RedisServer.Start("--requirepass", "secret");
        await using var with = RedisJournal.Open(
            new RedisJournalOptions { Configuration = $"{redis.Address},password=secret", Timeout = RedisServer.Patience }
        );
        await (await TestQueue.OpenAsync(with)).AddManyAsync(1, 1);
        await using var without = RedisJournal.Open(new RedisJournalOptions { Configuration = redis.Address });
        await Should.ThrowAsync<IOException>(() => TestQueue.OpenAsync(without));
    }

    [Fact]
    public async Task A_user_needs_the_rights_that_the_docs_name_each_of_them_and_no_other()
    {
        using var redis = RedisServer.Start();
        var rights = RedisUserRights.Named(RedisUserRights.Journal);
        rights.ShouldContain("~ts:*");
        RedisUserRights.Give(redis, rights);
        await UseEverythingAsync(RedisUserRights.Of(redis.Address));
        RedisUserRights.Refused(redis).ShouldBeEmpty();
        RedisUserRights.Unused(redis, rights).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_a_line()
    {
        using var redis = RedisServer.Start();
        RedisCli.Run(
            redis,
            [
                "ACL",
                "SETUSER",
                RedisUserRights.User,
                "on",
                ">" + RedisUserRights.Password,
                .. RedisUserRights.Named(RedisUserRights.Journal),
            ]
        );
        RedisCli.Run(redis, "ACL", "SETUSER", "default", "off");
        await using var wrong = RedisJournal.Open(
            new RedisJournalOptions { Configuration = $"{redis.Address},user=timestone,password=guess", Timeout = RedisServer.Patience }
        );
        (await Should.ThrowAsync<IOException>(() => TestQueue.OpenAsync(wrong))).Message.ShouldBe(
            "Redis: it refuses the user name or the password."
        );
    }

    [Fact]
    public async Task A_connection_is_encrypted_and_the_certificate_of_Redis_checked()
    {
        var (certificate, key) = _authority.WriteServer(_folder.Path);
        var port = FreePort.With();
        using var redis = RedisServer.Start(
            "--tls-port",
            $"{port}",
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-auth-clients",
            "no"
        );
        RedisUserRights.Give(redis, RedisUserRights.Named(RedisUserRights.Journal));
        var address = RedisUserRights.Of($"localhost:{port},ssl=true");

        await ShouldServeAsync(address, new() { ["SSL_CERT_FILE"] = _authority.Write(_folder.Path) });
        using var stranger = new TestAuthority("another");
        await ShouldBeRefusedAsync(
            stranger,
            address,
            "TLS failed: The remote certificate is invalid because of errors in the certificate chain: "
        );
        await ShouldBeRefusedAsync(
            _authority,
            address + ",sslHost=elsewhere",
            "TLS failed: The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch"
        );
        RedisUserRights.Refused(redis).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_opens_a_Redis_that_takes_no_client_without_one()
    {
        var (certificate, key) = _authority.WriteServer(_folder.Path);
        var (port, trusted) = (FreePort.With(), _authority.Write(_folder.Path));
        using var redis = RedisServer.Start(
            "--tls-port",
            $"{port}",
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-ca-cert-file",
            trusted,
            "--tls-auth-clients",
            "yes"
        );
        var client = _authority.WriteClient(_folder.Path);
        await ShouldServeAsync(
            $"localhost:{port},ssl=true",
            new()
            {
                ["SSL_CERT_FILE"] = trusted,
                ["SERedis_ClientCertPemPath"] = client.Certificate,
                ["SERedis_ClientCertPasswordPath"] = client.Key,
            }
        );
        // It says so to nobody but its own log.
        await ShouldBeRefusedAsync(_authority, $"localhost:{port},ssl=true", "the connection was lost or cannot be made.");
    }

    [Fact]
    public async Task Connections_to_all_masters_of_a_cluster_are_encrypted_and_a_user_s()
    {
        using var cluster = RedisCluster.StartEncrypted(_authority, _folder.Path);
        foreach (var master in cluster.Masters)
            RedisUserRights.Give(master, RedisUserRights.Named(RedisUserRights.Journal));
        await ShouldServeAsync(
            RedisUserRights.Of($"{cluster.Address},ssl=true"),
            new() { ["SSL_CERT_FILE"] = _authority.Write(_folder.Path) }
        );
        foreach (var master in cluster.Masters)
        {
            RedisUserRights.Refused(master).ShouldBeEmpty();
            RedisCli.Run(master, "INFO", "commandstats").ShouldContain("cmdstat_evalsha");
        }
    }

    // Its queues are in all masters, where there are some.
    private static async Task ShouldServeAsync(string redis, Dictionary<string, string> environment)
    {
        const int Queues = 12;
        using var server = ServerProcess.StartWith(environment, "--urls", "http://127.0.0.1:0", "--redis", redis);
        await server.ReadyAsync();
        using var client = new TimestoneClient(new Uri(server.BaseAddress));
        for (var queue = 0; queue < Queues; queue++)
        {
            await Eventually.SucceedAsync(() => client.EnqueueAsync($"q{queue}", new NewMessage { Id = "a" }));
            (await client.DequeueAsync($"q{queue}", new DequeueRequest())).Messages.ShouldHaveSingleItem();
        }

        server.Terminate();
        (await server.ExitAsync()).ShouldBe((0, ""));
    }

    private async Task ShouldBeRefusedAsync(TestAuthority trusted, string address, string reason)
    {
        using var server = ServerProcess.StartWith(
            new() { ["SSL_CERT_FILE"] = trusted.Write(_folder.Path) },
            "--urls",
            "http://127.0.0.1:0",
            "--redis",
            address
        );
        (await server.SaysAsync("Redis cannot be reached. Redis: ")).ShouldStartWith(reason);
    }

    // All that server, silo and 'timestone inspect' ever ask of a Redis.
    private static async Task UseEverythingAsync(string configuration)
    {
        const int MoreThanTheOutboxTakes = 300;
        var options = new RedisJournalOptions
        {
            Configuration = configuration,
            Timeout = RedisServer.Patience,
            Outbox = true,
            OutboxLimit = 1,
        };
        await using var journal = RedisJournal.Open(options);
        (await journal.ExamineAsync()).Cautions.ShouldBeEmpty();
        await journal.PingAsync();

        var queue = await TestQueue.OpenAsync(journal);
        for (var sequence = 1; sequence <= MoreThanTheOutboxTakes; sequence++)
            await queue.AddManyAsync(sequence, 1);
        await queue.LeaseAsync(1);
        await queue.CompleteAsync(1);
        await queue.RemoveAsync(1, 2);
        await queue.Journal.CheckAsync();
        (await journal.ListQueuesAsync()).ShouldBe(["orders"]);
        (await journal.ReadQueueAsync("orders")).ShouldNotBeNull();
        (await journal.ReadMessageAsync("orders", TestRows.Row(3).Id)).ShouldNotBeNull();
        (await journal.InspectAsync("orders"))!.Inconsistencies.ShouldBeEmpty();
        (await TestQueue.OpenAsync(journal)).Contents.ShouldBe(queue.Contents);

        await using (var reader = journal.Outbox!.OpenReader("test", OutboxStart.Acknowledged))
        {
            var batch = await Reading.NextAsync(reader);
            batch.AfterGap.ShouldBeTrue();
            await reader.AcknowledgeAsync(batch);
        }

        await journal.WakeTable.BeginAsync();
        await journal.WakeTable.SetClosedAsync("orders", TimeSpan.Zero);
        var parts = Enumerable.Range(0, journal.WakeTable.Parts).ToList();
        (await Task.WhenAll(parts.Select(part => journal.WakeTable.FindDueAsync(part).AsTask())))
            .SelectMany(static due => due)
            .ShouldBe(["orders"]);
        (await Task.WhenAll(parts.Select(part => journal.WakeTable.FindOpenAsync(part).AsTask())))
            .SelectMany(static open => open)
            .ShouldBeEmpty();

        var damaged = await TestQueue.OpenAsync(journal);
        await journal.Link.CallAsync(static client =>
            client.GetDatabase().HashDeleteAsync(new RedisKeys("orders").Payloads, TestRows.Row(3).Id)
        );
        (await journal.InspectAsync("orders"))!.Inconsistencies.ShouldNotBeEmpty();
        await damaged.CommitAsync(new ChangeBatch { Deleted = true, DeletedAt = TestRows.Now });

        await using var lease = RedisServerLease.Open(options, options.Timeout);
        var holder = new LeaseHolder(LeaseHolder.Server, "one", "token");
        (await lease.TakeAsync(holder, RedisServer.Patience)).ShouldBeNull();
        await lease.ReleaseAsync(holder);

        await using var replicated = RedisJournal.Open(options with { WaitReplicas = 1, Timeout = TimeSpan.FromSeconds(1) });
        await Should.ThrowAsync<IOException>(() => TestQueue.OpenAsync(replicated));
    }
}
