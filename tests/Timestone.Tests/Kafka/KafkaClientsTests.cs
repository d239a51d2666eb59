using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Kafka.Clients;
using Xunit;

namespace Timestone.Tests.Kafka;

public sealed class KafkaClientsTests
{
    [Fact]
    public async Task A_client_that_does_not_end_is_left_to_itself_after_a_while()
    {
        var time = new FakeTimeProvider();
        using var never = new ManualResetEventSlim();
        var clients = new KafkaClients(new KafkaOptions { BootstrapServers = "127.0.0.1:1" }, NullLogger.Instance);
        var ending = clients.EndAsync(never.Wait, time);
        time.Advance(TimeSpan.FromSeconds(9.9));
        ending.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.1));
        await ending;
        never.Set();
    }
}
