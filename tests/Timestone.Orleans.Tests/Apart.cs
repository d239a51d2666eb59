using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 2)]

namespace Timestone.Orleans.Tests;

/// <summary>
/// Tests run one after another, because they share three silos or measure how long a queue is away. Those of this collection bring what
/// they need, and run one after another beside them: they wait more than they work.
/// </summary>
public static class Apart
{
    public const string Name = "Apart from the shared silos";
}
