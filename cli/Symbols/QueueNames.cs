using System.CommandLine.Completions;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>The server's queues, as completions.</summary>
internal static class QueueNames
{
    // A shell that waits for a completion is a shell that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static IEnumerable<string> Of(CliHost host, CompletionContext context)
    {
        try
        {
            // Completion sources are synchronous, and a console program has no context that this could block.
            return Task.Run(() => ListAsync(host, context)).GetAwaiter().GetResult();
        }
#pragma warning disable CA1031 // A completion that fails, in whatever way, offers nothing; it has nowhere to complain.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    private static async Task<List<string>> ListAsync(CliHost host, CompletionContext context)
    {
        using var patience = new CancellationTokenSource(Patience, host.Time);
        var options = new TimestoneClientOptions
        {
            Addresses = context.ParseResult.GetRequiredValue<Uri[]>(CommonOptions.ServerName),
            RetryFor = TimeSpan.Zero,
        };
        var timestone = host.Connect(TlsSymbols.Put(options, context.ParseResult));
        var page = await timestone.ListQueuesAsync(cursor: null, Limits.MaxPage, patience.Token).ConfigureAwait(false);
        return [.. page.Queues.Select(static queue => queue.Name)];
    }
}
