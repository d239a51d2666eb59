using Xunit.v3;

namespace Timestone.Tests.Support;

/// <summary>
/// Marks tests that <c>dotnet test --filter Category!=Slow</c> leaves out: what starts Kafka, Elasticsearch, servers or silos, or goes
/// through thousands of histories.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SlowAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", "Slow")];
}
