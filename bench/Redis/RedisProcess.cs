using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Timestone.Bench.Rest;

namespace Timestone.Bench.Redis;

/// <summary>A redis-server that flushes its AOF before every answer, killed at the end.</summary>
internal sealed class RedisProcess : IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Process _process;

    private RedisProcess(TemporaryFolder folder, Process process, int port) => (_folder, _process, Port) = (folder, process, port);

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<RedisProcess> StartAsync(string directory)
    {
        var folder = new TemporaryFolder(directory);
        Directory.CreateDirectory(folder.Path);
        var port = ChildServer.FreePort();
        var start = new ProcessStartInfo("redis-server",
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder.Path, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", "--logfile", Path.Combine(folder.Path, "log"),
        ]);
        var redis = new RedisProcess(folder, Process.Start(start)!, port);
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port).ConfigureAwait(false);
                return redis;
            }
            catch (SocketException) when (!redis._process.HasExited)
            {
                await Task.Delay(20).ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }
}
