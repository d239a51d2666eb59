using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Timestone.Tests.Services;
using Timestone.Tests.Support;

namespace Timestone.Tests.Redis;

/// <summary>
/// A redis-server of its own: on a free port, in a temporary directory, with an AOF that is flushed before every answer. It
/// can be killed and started again on the same AOF. Or a Garnet, as a silo has it in itself.
/// </summary>
public sealed class RedisServer : IDisposable
{
    // However the tests end, their end of the pipe closes, and that ends the server.
    private const string Keeper = """ "$@" >> "$0" 2>&1 & echo $!; read -r end; kill -KILL $!; wait $! 2> /dev/null""";

    /// <summary>How long a journal waits for Redis in tests that are not about that: longer than any machine is busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan StartTimeout = Patience,
        AnswerTimeout = TimeSpan.FromSeconds(5);
    private static readonly Lazy<RedisServer> TheShared = new(static () => UntilTheEnd(Start())),
        TheSharedOfAnyKind = new(static () => Needs.IsGarnetMeant ? UntilTheEnd(StartGarnet()) : Shared);
    private static int _databases;

    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _options;
    private Process? _keeper;
    private string _id = "";

    private RedisServer(bool isGarnet, string[] options)
    {
        (IsGarnet, _options) = (isGarnet, options);
        Port = FreePort.With();
    }

    /// <summary>One that tests share which need nothing special of it; it ends with the process.</summary>
    public static RedisServer Shared => TheShared.Value;

    /// <summary>The same; or, where none is installed or <see cref="Needs.RedisVariable"/> says so, a Garnet.</summary>
    public static RedisServer SharedOfAnyKind => TheSharedOfAnyKind.Value;

    /// <summary>Whether it is a Garnet.</summary>
    public bool IsGarnet { get; }

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public string Directory => _directory.Path;

    /// <summary>Starts one, with more options as redis-server takes them: <c>--name value</c>.</summary>
    public static RedisServer Start(params string[] options) => Start(isGarnet: false, options);

    /// <summary>Starts a Garnet.</summary>
    public static RedisServer StartGarnet() => Start(isGarnet: true, []);

    /// <summary>Starts a redis-server; or, where none is installed or <see cref="Needs.RedisVariable"/> says so, a Garnet.</summary>
    public static RedisServer StartAnyKind() => Start(Needs.IsGarnetMeant, []);

    /// <summary>A database of a shared server that no test has used: of <see cref="SharedOfAnyKind"/>'s kind.</summary>
    public static string NewDatabaseOfAnyKind() => Needs.IsGarnetMeant ? GarnetDatabases.New() : NewDatabase();

    /// <summary>A database of the shared server that no test has used.</summary>
    public static string NewDatabase() =>
        string.Create(CultureInfo.InvariantCulture, $"{Shared.Address},defaultDatabase={Interlocked.Increment(ref _databases)}");

    /// <summary>Starts it again on what it has stored.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("sh", ["-c", Keeper, Log, .. IsGarnet ? Garnet : Redis, .. _options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _keeper = Process.Start(start)!;
        _id = _keeper.StandardOutput.ReadLine()!;
        WaitUntilItAnswers();
    }

    /// <summary>Kills it: whatever it has not written is lost.</summary>
    public void Kill()
    {
        if (_keeper is null)
            return;
        _keeper.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
        _keeper = null;
    }

    /// <summary>Holds it up or lets it go on: <c>STOP</c>, <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _id]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    private string Log => Path.Combine(_directory.Path, "log");

    private string PortText => Port.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<string> Redis =>
    [
        "redis-server", "--port", PortText, "--bind", "127.0.0.1", "--dir", _directory.Path, "--save", "",
        "--appendonly", "yes", "--appendfsync", "always", "--databases", "4096",
    ];

    // Each database of it has memory and a file of its own, which a test fills little of.
    private IEnumerable<string> Garnet =>
    [
        "dotnet", Path.Combine(AppContext.BaseDirectory, "timestone-test-garnet.dll"), _directory.Path, PortText,
        "--max-databases", GarnetDatabases.PerServer.ToString(CultureInfo.InvariantCulture), "--index", "1m",
    ];

    private static RedisServer Start(bool isGarnet, string[] options)
    {
        if (!isGarnet)
            Needs.Redis();
        var server = new RedisServer(isGarnet, options);
        server.Start();
        return server;
    }

    /// <summary>Has it end with this process.</summary>
    internal static RedisServer UntilTheEnd(RedisServer server)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }

    // By hand: a client would go on to connect in its own rhythm. An error is an answer too, except while it is loading.
    private void WaitUntilItAnswers()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(began) > StartTimeout)
                throw new InvalidOperationException($"{(IsGarnet ? "Garnet" : "redis-server")} did not start: {File.ReadAllText(Log)}");
            try
            {
                using var client = new TcpClient { ReceiveTimeout = (int)AnswerTimeout.TotalMilliseconds };
                client.Connect(IPAddress.Loopback, Port);
                client.GetStream().Write("*1\r\n$4\r\nPING\r\n"u8);
                var answer = new byte[64];
                var length = client.GetStream().Read(answer);
                if (length > 0 && !answer.AsSpan().StartsWith("-LOADING"u8))
                    return;
            }
            catch (Exception problem) when (problem is SocketException or IOException)
            {
                // Not listening yet.
            }

            Thread.Yield();
        }
    }
}
