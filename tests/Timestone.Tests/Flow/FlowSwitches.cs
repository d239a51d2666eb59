using System.Globalization;
using Xunit;

namespace Timestone.Tests.Flow;

/// <summary>Environment variables that make the tests of the whole way run for longer, or with one seed.</summary>
internal static class FlowSwitches
{
    /// <summary>How many messages go through.</summary>
    public const string MessagesVariable = "TIMESTONE_FLOW_MESSAGES";

    /// <summary>The seed of the load and of the faults; how they meet is up to the processes.</summary>
    public const string SeedVariable = "TIMESTONE_FLOW_SEED";

    /// <summary>How many partitions the topics are created with.</summary>
    public const int Partitions = 8;

    public static int Messages(int absent) => Number(MessagesVariable) ?? absent;

    /// <summary>The seed, which is printed.</summary>
    public static int Seed(ITestOutputHelper output)
    {
        var seed = Number(SeedVariable) ?? Random.Shared.Next();
        output.WriteLine($"Seed {seed}.");
        return seed;
    }

    /// <summary>Configuration of servers and indexers, as the environment has it: what fails is tried again soon.</summary>
    public static Dictionary<string, string> Impatient(Uri elasticsearch) => new()
    {
        ["Timestone__Elasticsearch"] = elasticsearch.ToString(),
        ["Timestone__Elasticsearch__Timeout"] = "00:00:05",
        ["Timestone__Elasticsearch__Retries"] = "4",
        ["Timestone__Elasticsearch__RetryDelay"] = "00:00:00.010",
        ["Timestone__Elasticsearch__MaxRetryDelay"] = "00:00:00.050",

        // What the way of the events loses is not to be repaired before somebody looks.
        ["Timestone__ScrubRate"] = "0",
    };

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
