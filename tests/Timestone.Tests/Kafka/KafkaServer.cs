using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Timestone.Tests.Services;
using Timestone.Tests.Support;

namespace Timestone.Tests.Kafka;

/// <summary>
/// A real Apache Kafka on this machine: broker and controller in one process, which can be killed and started again on what it has stored.
/// </summary>
public sealed class KafkaServer : IDisposable
{
    // The script has no argument for the address at which clients come back: it is replaced in its text.
    private const string Behind =
        """script=$1; shift; exec bash -c "$(sed "s|^advertised.listeners=.*|advertised.listeners=PLAINTEXT://127.0.0.1:$ADVERTISED|" "$script")" "$script" "$@" """;

    // Nor for who may come: the one listener of clients is replaced by two, and what the broker is told besides stands in a file.
    private const string Closed =
        """
        script=$1; shift; exec bash -c "$(sed "
            s|^listeners=PLAINTEXT:|listeners=SSL://127.0.0.1:$MUTUAL,SASL_SSL:|
            s|^advertised.listeners=.*|advertised.listeners=SASL_SSL://localhost:\$port,SSL://localhost:$MUTUAL|
            /^log.dirs=/r $MORE" "$script")" "$script" "$@"
        """;

    // How far the port for clients with a certificate is from the one for clients with a password.
    private const int ToMutual = 2;

    private static readonly Lazy<Task<KafkaServer>> TheShared = new(StartSharedAsync);

    private readonly ServiceProcess _process;

    private KafkaServer(int port, Func<string, string[]> command)
    {
        Port = port;
        _process = new ServiceProcess(command, AcceptsAsync);
    }

    public int Port { get; }

    /// <summary>Where a closed one takes clients without a password that show a certificate of its authority.</summary>
    public int MutualPort => Port + ToMutual;

    public string BootstrapServers => AddressOf(Port);

    /// <summary>One node that tests share which need nothing special of it; it ends with the process.</summary>
    public static Task<KafkaServer> SharedAsync() => TheShared.Value;

    /// <summary>Starts one node.</summary>
    public static async Task<KafkaServer> StartNewAsync()
    {
        var (start, port) = (Program(), FreePort.With(1));
        var server = new KafkaServer(port, folder => [start, folder, Text(port)]);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts one node to which clients come by another port of this machine, whatever address they began with.</summary>
    /// <param name="advertised">The port that they are told.</param>
    /// <param name="port">Its own port: free, as the next one.</param>
    public static async Task<KafkaServer> StartBehindAsync(int advertised, int port)
    {
        var start = Program();
        var server = new KafkaServer(
            port,
            folder => ["env", $"ADVERTISED={Text(advertised)}", "bash", "-c", Behind, "bash", start, folder, Text(port)]
        );
        await server.StartAsync();
        return server;
    }

    /// <summary>
    /// Starts one node that speaks TLS as <c>localhost</c>. It takes one user with a password (<c>PLAIN</c>), those that it is told of
    /// later (<c>SCRAM-SHA-512</c>), and on <see cref="MutualPort"/> clients with a certificate.
    /// </summary>
    /// <param name="authority">Signs its certificate, and those of clients.</param>
    /// <param name="folder">Where its certificate and what it is told are kept: the test's.</param>
    /// <param name="user">Who may come.</param>
    /// <param name="password">What this one has to say.</param>
    internal static async Task<KafkaServer> StartClosedAsync(TestAuthority authority, string folder, string user, string password)
    {
        var (certificate, key) = authority.WriteServer(folder);
        var (identity, more) = (Path.Combine(folder, "identity.pem"), Path.Combine(folder, "more.properties"));
        await File.WriteAllTextAsync(identity, await File.ReadAllTextAsync(key) + "\n" + await File.ReadAllTextAsync(certificate));
        await File.WriteAllTextAsync(more, $"""
            listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL
            inter.broker.listener.name=SASL_SSL
            sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
            sasl.mechanism.inter.broker.protocol=PLAIN
            listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="broker" user_broker="broker" user_{user}="{password}";
            listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
            listener.name.ssl.ssl.client.auth=required
            ssl.keystore.type=PEM
            ssl.keystore.location={identity}
            ssl.truststore.type=PEM
            ssl.truststore.location={authority.Write(folder)}

            """);
        var (start, port) = (Program(), FreePort.With(1, ToMutual));
        var server = new KafkaServer(
            port,
            data => ["env", $"MORE={more}", $"MUTUAL={Text(port + ToMutual)}", "bash", "-c", Closed, "bash", start, data, Text(port)]
        );
        await server.StartAsync();
        return server;
    }

    /// <summary>
    /// Starts three nodes that are one cluster: topics have three copies, of which two must have a record before it is acknowledged.
    /// </summary>
    public static async Task<KafkaServer[]> StartThreeAsync()
    {
        var start = Program();
        var first = FreePort.With(1, 2, 3, 4, 5);
        int[] ports = [first, first + 2, first + 4];
        var voters = string.Join(',', ports.Select(static (port, i) => $"{Text(i + 1)}@{AddressOf(port + 1)}"));
        KafkaServer[] servers =
        [
            .. ports.Select((port, i) => new KafkaServer(port, folder => [start, folder, Text(port), Text(i + 1), voters])),
        ];
        await Task.WhenAll(servers.Select(static server => server.StartAsync()));
        return servers;
    }

    /// <summary>Starts it again on what it has stored.</summary>
    public Task StartAsync() => _process.StartAsync();

    /// <summary>Starts it on an emptied folder.</summary>
    public Task StartEmptyAsync()
    {
        _process.Empty();
        return StartAsync();
    }

    /// <summary>Kills it: it has no chance to write or to say anything.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Kills it and starts it again.</summary>
    public Task RestartAsync()
    {
        Kill();
        return StartAsync();
    }

    public void Dispose() => _process.Dispose();

    private static string Program() => Path.Combine(Needs.Services(), "kafka/start");

    private static string AddressOf(int port) => $"127.0.0.1:{Text(port)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<KafkaServer> StartSharedAsync()
    {
        var server = await StartNewAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }

    private async Task<bool> AcceptsAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
