using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Servers;

namespace Timestone.Bench.Peers.Rabbit;

/// <summary>A quorum queue, a channel with confirms for all callers, and a consumer that acknowledges each message.</summary>
internal sealed class RunningRabbit : InProcessPeer
{
    private const int EnoughPerSecond = 80_000,
        FillBatch = 100,
        FillCallers = 16;

    private static readonly BasicProperties Properties = new() { DeliveryMode = DeliveryModes.Persistent };

    private readonly GuardedServer _server;
    private readonly ConnectionFactory _factory;
    private readonly IConnection _connection;
    private readonly IChannel _publisher;

    private RunningRabbit(Lengths lengths, GuardedServer server, ConnectionFactory factory, IConnection connection, IChannel publisher)
        : base(lengths, EnoughPerSecond) => (_server, _factory, _connection, _publisher) = (server, factory, connection, publisher);

    public override string Description =>
        $"RabbitMQ {Encoding.UTF8.GetString((byte[])_connection.ServerProperties!["version"]!)} on one node with its defaults, "
        + $"RabbitMQ.Client {Programs.VersionOf(typeof(IConnection))}; a quorum queue (a durable classic queue was slower), persistent "
        + "messages, one channel with publisher confirms for all callers (a channel for each was slower), a consumer with prefetch "
        + $"{Lengths.InFlight} and concurrency {Lengths.Handlers} that acknowledges each message. The server flushes its log before it "
        + "confirms; one flush covers all that has come meanwhile. Acknowledgements of consumers go through the same log, but nobody is "
        + "told when they are flushed.";

    public static async Task<RunningRabbit> StartAsync(string directory, Lengths lengths)
    {
        var port = GuardedServer.FreePort();
        var server = await RabbitServer.StartAsync(directory, port).ConfigureAwait(false);
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = port };
        var connection = await factory.CreateConnectionAsync().ConfigureAwait(false);
        var publisher = await connection
            .CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true)
            )
            .ConfigureAwait(false);
        return new(lengths, server, factory, connection, publisher);
    }

    public override async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        _server.Dispose();
    }

    protected override Task CreateAsync(string queue) =>
        _publisher
            .QueueDeclareAsync(
                queue,
                durable: true,
                exclusive: false,
                autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }
            );

    // Is done when the message is confirmed, and fails when it is refused.
    protected override async Task SendAsync(string queue, int caller, string text) =>
        await _publisher
            .BasicPublishAsync("", queue, mandatory: true, Properties, Encoding.ASCII.GetBytes($"\"{text}\""))
            .ConfigureAwait(false);

    protected override Task FillAsync(string queue, long messages) =>
        Parallel.ForAsync(
            0,
            (messages + FillBatch - 1) / FillBatch,
            new ParallelOptions { MaxDegreeOfParallelism = FillCallers },
            async (_, _) =>
                await Task.WhenAll(Enumerable.Range(0, FillBatch).Select(caller => SendAsync(queue, caller, Text))).ConfigureAwait(false)
        );

    protected override async Task<IAsyncDisposable> WorkAsync(string queue, Action<string> handle)
    {
        // Of its own: an acknowledgement that comes after its channel is closed makes the server close the whole connection.
        var connection = await _factory.CreateConnectionAsync().ConfigureAwait(false);
        var channel = await connection
            .CreateChannelAsync(new CreateChannelOptions(false, false, consumerDispatchConcurrency: Lengths.Handlers))
            .ConfigureAwait(false);
        await channel.BasicQosAsync(0, Lengths.InFlight, global: false).ConfigureAwait(false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            handle(Encoding.ASCII.GetString(delivery.Body.Span).Trim('"'));
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false).ConfigureAwait(false);
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer).ConfigureAwait(false);
        return new Stopping(async () => await connection.DisposeAsync().ConfigureAwait(false));
    }
}
