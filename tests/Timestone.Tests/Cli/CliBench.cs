using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Cli;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Memory;
using Timestone.Journals.Memory;

namespace Timestone.Tests.Cli;

/// <summary>The program in this process, over a service of its own.</summary>
public sealed class CliBench : IAsyncDisposable
{
    private readonly MemoryIndexFeed _index;
    private readonly LocalTimestone _service;

    public CliBench()
    {
        var journal = new MemoryJournal(outboxLimit: 1_000_000);
        _index = MemoryIndexFeed.Start(journal.Outbox!, NullLogger<OutboxPump>.Instance);
        _service = new LocalTimestone(journal, index: _index.Index);
    }

    /// <summary>The service that the program talks to.</summary>
    public ITimestone Service => _service;

    /// <summary>Stands between the program and the service; null for nothing.</summary>
    public Func<ITimestone, ITimestone>? Between { get; init; }

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Where the program went last.</summary>
    public Uri? Server => Servers.Single();

    /// <summary>The addresses that it was last to connect to.</summary>
    public IReadOnlyList<Uri> Servers => Connected.Addresses;

    /// <summary>How it was last to connect.</summary>
    public TimestoneClientOptions Connected { get; private set; } = new();

    /// <summary>Whether the program talks to the server that it is given the address of.</summary>
    public bool IsRemote { get; init; }

    public CancellationToken Stop { get; init; }

    public CancellationToken Terminate { get; init; }

    public CancellationToken Kill { get; init; }

    /// <summary>Columns of the terminal that output goes to; null for none.</summary>
    public int? OutWidth { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Task<CliOutcome> RunAsync(params string[] args) => RunAsync(Stream.Null, args);

    /// <summary>Runs it with a text as its standard input.</summary>
    public Task<CliOutcome> PipeAsync(string input, params string[] args) =>
        RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), args);

    /// <summary>Runs it on a terminal where somebody types a text.</summary>
    public Task<CliOutcome> TypeAsync(string input, params string[] args) =>
        RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), args, isTerminal: true);

    public async Task<CliOutcome> RunAsync(Stream input, string[] args, bool isTerminal = false)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await TimestoneCli.RunAsync(args, new CliHost
        {
            Connect = options =>
            {
                Connected = options;
                return IsRemote ? new TimestoneClient(options) : Between?.Invoke(_service) ?? _service;
            },
            Out = output,
            Error = error,
            OpenInput = () => input,
            InputIsTerminal = isTerminal,
            ErrorIsTerminal = isTerminal,
            GetEnvironmentVariable = Environment.GetValueOrDefault,
            Stop = Stop,
            Terminate = Terminate,
            Kill = Kill,
            OutWidth = OutWidth,
            Time = Time,
        });
        return new CliOutcome(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs it with --json, sees it succeed, and reads its one document.</summary>
    public async Task<JsonElement> AskAsync(params string[] args)
    {
        var outcome = await RunAsync([.. args, "--json"]);
        return outcome.Code == 0 ? outcome.Document() : throw new InvalidOperationException($"{string.Join(' ', args)}: {outcome}");
    }

    /// <summary>Enqueues and leases a message; answers its lease token.</summary>
    public async Task<string> LeaseAsync(string queue, string id)
    {
        await Service.EnqueueAsync(queue, new NewMessage { Id = id });
        return (await Service.DequeueAsync(queue, new DequeueRequest())).Messages[0].LeaseToken!;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _index.DisposeAsync();
    }
}
