using System.Globalization;
using Timestone.Bench.Peers.Beanstalkd;
using Timestone.Bench.Peers.Bull;
using Timestone.Bench.Peers.HangfireJobs;
using Timestone.Bench.Peers.Load;
using Timestone.Bench.Peers.Own;
using Timestone.Bench.Peers.Rabbit;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;

namespace Timestone.Bench.Peers;

/// <summary>
/// Timestone beside its peers: what is enqueued and processed each second, and how long a message takes to a handler. All peers take their
/// turn in each round, and each has a new server in it. Every server flushes to the disk before it acknowledges.
/// </summary>
internal sealed class PeersBench(Report report, Lengths lengths, int rounds, string directory)
{
    private const string Enqueue = "enqueue",
        Processed = "processed",
        Reach = "enqueue to handler, p50",
        Flush = "one fsync";

    private static readonly string[] Rates = [Enqueue, Processed];

    private static readonly IPeer[] Own = [new TimestonePeer(Way.Rest), new TimestonePeer(Way.Grpc), new TimestonePeer(Way.Stream)];

    private static readonly IPeer[] Others =
    [
        new BeanstalkdPeer(),
        new BullPeer(),
        new RabbitPeer(),
        new HangfirePeer(HangfireStorage.PostgreSql),
        new HangfirePeer(HangfireStorage.Redis),
    ];

    private readonly Dictionary<(string What, string Peer), List<double>> _measured = [];

    /// <summary>Measures all; false when a peer that is required is not installed.</summary>
    public async Task<bool> RunAsync(string[] only, bool isRequired)
    {
        var chosen = Others
            .Where(peer => only.Length == 0 || only.Any(name => peer.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        var missing = chosen.Where(static peer => peer.Missing is not null).ToList();
        foreach (var peer in missing)
            Console.Error.WriteLine($"{peer.Name} is left out: {peer.Missing}.");
        if (isRequired && missing.Count > 0)
            return false;
        foreach (var peer in missing)
            report.Note($"{peer.Name} was left out: {peer.Missing}.");
        report.Note(
            $"Payloads of 128 bytes of JSON. {Lengths.Callers} callers; each waits for its acknowledgement. A worker with "
                + $"{Lengths.Handlers} handlers that do nothing. Each measurement lasts {lengths.Seconds} s after {lengths.WarmUp} s. The "
                + $"time to a handler is measured at {Lengths.PerSecond} messages/s. Servers, callers and workers share the cores."
        );
        IPeer[] peers = [.. Own, .. chosen.Except(missing)];
        for (var round = 0; round < rounds; round++)
        {
            Note(Flush, "disk", 1e3 / Disk.FlushesPerSecond(directory, Math.Min(1, lengths.Seconds)));
            foreach (var peer in peers)
                await MeasureAsync(peer, isFirst: round == 0).ConfigureAwait(false);
        }

        Tell(peers);
        return true;
    }

    private async Task MeasureAsync(IPeer peer, bool isFirst)
    {
        var running = await peer.StartAsync(directory, lengths).ConfigureAwait(false);
        await using (running.ConfigureAwait(false))
        {
            if (isFirst)
                report.Note($"{peer.Name}: {running.Description}");
            Note(Enqueue, peer.Name, await running.EnqueueAsync().ConfigureAwait(false));
            Note(Processed, peer.Name, await running.ProcessAsync().ConfigureAwait(false));
            Note(Reach, peer.Name, await running.ReachHandlerAsync().ConfigureAwait(false));
        }
    }

    private void Note(string what, string peer, double value)
    {
        if (!_measured.TryGetValue((what, peer), out var values))
            _measured.Add((what, peer), values = []);
        values.Add(value);
        Report.Say(string.Create(CultureInfo.InvariantCulture, $"{what}, {peer}: {value:0.##}"));
    }

    private void Tell(IPeer[] peers)
    {
        foreach (var ((what, peer), values) in _measured.OrderBy(static each => each.Key.What, StringComparer.Ordinal))
            report.Add(Figure.Median($"{what}/{peer}", Rates.Contains(what) ? "messages/s" : "ms", values));
        foreach (var what in Rates)
        {
            foreach (var own in Own)
            {
                foreach (var peer in peers.Except(Own))
                    report.Add(Ratio(what, own.Name, peer.Name));
            }
        }
    }

    // Of each round by itself: what disturbs one disturbs both.
    private Figure Ratio(string what, string own, string peer) =>
        Figure.Median(
            $"{what}/{own} to {peer}",
            "ratio",
            _measured[(what, own)].Zip(_measured[(what, peer)], static (one, other) => one / other)
        );
}
