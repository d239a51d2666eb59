using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using Timestone.Tests.Support;

namespace Timestone.Tests.Redis;

/// <summary>
/// A redis-server of its own: on a free port, in a temporary directory, with an AOF that is flushed before every answer. It
/// can be killed and started again on the same AOF.
/// </summary>
public sealed class RedisServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly Lazy<RedisServer> TheShared = new(StartShared);
    private static int _databases;

    private readonly TemporaryDirectory _directory = new();
    private readonly string[] _options;
    private readonly string? _password;
    private Process? _process;

    private RedisServer(string[] options)
    {
        _options = options;
        _password = Array.IndexOf(options, "--requirepass") is >= 0 and var at ? options[at + 1] : null;
        Port = FreePort();
    }

    /// <summary>One that tests share which need nothing special of it; it ends with the process.</summary>
    public static RedisServer Shared => TheShared.Value;

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public string Directory => _directory.Path;

    /// <summary>Starts one, with more options as redis-server takes them: <c>--name value</c>.</summary>
    public static RedisServer Start(params string[] options)
    {
        var server = new RedisServer(options);
        server.Start();
        return server;
    }

    /// <summary>A database of the shared server that no test has used.</summary>
    public static string NewDatabase() => string.Create(CultureInfo.InvariantCulture, $"{Shared.Address},defaultDatabase={Interlocked.Increment(ref _databases)}");

    /// <summary>Starts it again on what it has stored.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("redis-server",
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory.Path, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", "--databases", "4096", .. _options,
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        WaitUntilItAnswers();
    }

    /// <summary>Kills it: whatever it has not written is lost.</summary>
    public void Kill()
    {
        if (_process is null)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Holds it up or lets it go on: <c>STOP</c>, <c>CONT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>A client of the test's own.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() =>
        ConnectionMultiplexer.ConnectAsync($"{Address},allowAdmin=true" + (_password is null ? "" : $",password={_password}"));

    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static RedisServer StartShared()
    {
        var server = Start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }

    // By hand: a client would go on to connect in its own rhythm. An error is an answer too, except while it is loading.
    private void WaitUntilItAnswers()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(began) > StartTimeout || _process!.HasExited)
                throw new InvalidOperationException($"redis-server did not start: {(_process!.HasExited ? _process.StandardError.ReadToEnd() : "too slow")}");
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, Port);
                client.GetStream().Write("PING\r\n"u8);
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
