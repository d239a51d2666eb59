namespace Timestone.Tests.Elasticsearch;

/// <summary>What goes wrong, and when.</summary>
internal class StandInFaults
{
    /// <summary>What goes wrong with the next request of an operation.</summary>
    public virtual Fault OfRequest(string operation) => Fault.None;

    /// <summary>What goes wrong with an item of a bulk request; null for nothing.</summary>
    public virtual (int Status, string Type)? OfItem(string id) => null;

    /// <summary>Everything goes wrong now and then, by a seed.</summary>
    public static StandInFaults Random(int seed) => new Seeded(new Random(seed));

    /// <summary>These go wrong, one after the other, and nothing any more then.</summary>
    public static StandInFaults Of(string operation, params Fault[] faults) => new Listed(operation, new Queue<Fault>(faults));

    /// <summary>These items are refused.</summary>
    public static StandInFaults OfItems(Func<string, (int Status, string Type)?> items) => new Items(items);

    private sealed class Seeded(Random random) : StandInFaults
    {
        public override Fault OfRequest(string operation) => random.Next(100) switch
        {
            < 6 => Fault.TooManyRequests,
            < 12 => Fault.BadGateway,
            < 16 => Fault.DropBefore,
            < 22 => Fault.DropAfter,
            < 23 => Fault.Hang,
            _ => Fault.None,
        };

        public override (int Status, string Type)? OfItem(string id) => random.Next(100) switch
        {
            < 8 => (429, "es_rejected_execution_exception"),
            < 12 => (503, "unavailable_shards_exception"),
            _ => null,
        };
    }

    private sealed class Listed(string operation, Queue<Fault> faults) : StandInFaults
    {
        public override Fault OfRequest(string asked) => asked == operation && faults.TryDequeue(out var fault) ? fault : Fault.None;
    }

    private sealed class Items(Func<string, (int Status, string Type)?> items) : StandInFaults
    {
        public override (int Status, string Type)? OfItem(string id) => items(id);
    }
}
