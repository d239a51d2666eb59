using System.Diagnostics.Metrics;

namespace Timestone.Client.Worker;

/// <summary>
/// What workers count, under the meter <c>Timestone.Client</c>: <c>timestone.worker.messages</c>, one for each message
/// whose work has ended, by <c>queue</c> and by <c>outcome</c>: completed, failed, released or lost.
/// </summary>
internal static class WorkerMetrics
{
    public const string Lost = "lost";
    private static readonly Meter Meter = new(TimestoneClient.TelemetryName);
    private static readonly Counter<long> Messages = Meter.CreateCounter<long>(
        "timestone.worker.messages",
        "{message}",
        "Messages whose work has ended."
    );

    public static void Count(string queue, string outcome) => Messages.Add(1, new("queue", queue), new("outcome", outcome));

    public static string OutcomeOf(Settlement settlement) => settlement.Action switch
    {
        SettlementAction.Complete => "completed",
        SettlementAction.Fail => "failed",
        _ => "released",
    };
}
