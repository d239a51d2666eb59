using System.Diagnostics.Metrics;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// What is counted of comparisons under the meter <c>Timestone</c>: <c>timestone.index.compared</c>, messages; and
/// <c>timestone.index.differences</c>, by <c>kind</c> (as <see cref="DifferenceKind"/> is written) and <c>repaired</c>.
/// </summary>
internal static class ScrubMetrics
{
    private static readonly Meter Meter = new("Timestone");
    private static readonly Counter<long> ComparedMessages = Meter.CreateCounter<long>(
        "timestone.index.compared",
        "{message}",
        "Messages whose queue and index were compared."
    );
    private static readonly Counter<long> Differences = Meter.CreateCounter<long>(
        "timestone.index.differences",
        "{difference}",
        "Messages and transitions in which an index differed from the queues."
    );

    public static void Compared(int messages) => ComparedMessages.Add(messages);

    public static void Found(Difference difference) => Differences.Add(
        1,
        new KeyValuePair<string, object?>("kind", EnumNames.Of(difference.Kind)),
        new KeyValuePair<string, object?>("repaired", difference.IsRepaired));
}
