using System.Globalization;
using Timestone.Tests.Server;
using Timestone.Tests.Services;

namespace Timestone.Tests.Flow;

/// <summary>
/// A server, or an indexer, that can be killed and started again: a process, always with the same arguments and on the same port. No
/// message makes it create a queue.
/// </summary>
internal sealed class ServerOnCall(Dictionary<string, string> environment, params string[] args) : IDisposable
{
    private readonly int _port = FreePort.With();
    private ServerProcess? _process;

    /// <summary>Which program it is.</summary>
    public string Program { get; init; } = "timestone-server";

    /// <summary>Where it listens, if it does.</summary>
    public Uri Address => new(Url);

    public ServerProcess Process => _process!;

    private string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    private bool IsIndexer => args.Contains("indexer");

    public async Task StartAsync()
    {
        _process = ServerProcess.StartProgram(Program, environment, ["--urls", Url, "--no-auto-create", .. args]);
        await (IsIndexer ? _process.SaysAsync("Indexing what is in Kafka") : _process.ReadyAsync());
    }

    /// <summary>Ends it without a chance to do anything about it, and starts it again.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        _process.Dispose();
        await StartAsync();
    }

    public void Dispose() => _process?.Dispose();
}
