using System.Net;
using System.Net.Sockets;

namespace Timestone.Silo;

/// <summary>
/// Before a silo joins: declares those of its own address dead that are in the cluster's table and that nobody listens for any more.
/// Orleans waits for every silo in the table to answer, until it has not been heard of for some time, and logs each failure. Nobody who
/// listens is refused by his own machine's kernel, and no firewall stands in between, so a refusal proves it there; elsewhere Orleans' own
/// rule stays.
/// </summary>
internal sealed partial class DeadNeighbours(IMembershipTable table, SiloOptions options, ILogger<DeadNeighbours> logger)
{
    // One table row is changed at a time, and others change it too.
    private const int Attempts = 10;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Looks once; what it cannot change now Orleans' own rule will.</summary>
    public async Task BuryAsync(CancellationToken cancellationToken)
    {
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var read = await table.ReadAllAsync(cancellationToken).ConfigureAwait(false);
            var dead = await FirstDeadAsync(read, cancellationToken).ConfigureAwait(false);
            if (dead is null)
                return;
            var (entry, etag) = dead;
            entry.Status = SiloStatus.Dead;
            if (!await table.UpdateRowAsync(entry, etag, read.Version.Next(), cancellationToken).ConfigureAwait(false))
                continue;
            attempt = -1;
            LogDead(entry.SiloAddress);
        }
    }

    private async Task<Tuple<MembershipEntry, string>?> FirstDeadAsync(MembershipTableData read, CancellationToken cancellationToken)
    {
        foreach (var row in read.Members)
        {
            var endpoint = row.Item1.SiloAddress.Endpoint;
            if (row.Item1.Status != SiloStatus.Dead && row.Item1.HostName == Dns.GetHostName() && endpoint.Address.Equals(options.Address)
                && await IsRefusedAsync(endpoint, cancellationToken).ConfigureAwait(false))
            {
                return row;
            }
        }

        return null;
    }

    private static async Task<bool> IsRefusedAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectTimeout);
        try
        {
            await socket.ConnectAsync(endpoint, patience.Token).ConfigureAwait(false);
            return false;
        }
        catch (SocketException problem)
        {
            return problem.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(50, LogLevel.Information, "Silo {Silo} was in the cluster and nobody listens there any more: it is declared dead.")]
    private partial void LogDead(SiloAddress silo);
}
