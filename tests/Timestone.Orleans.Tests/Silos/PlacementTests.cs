using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Silos;

[Slow]
public sealed class PlacementTests(ITestOutputHelper output) : SiloTests
{
    private const int EnoughOfASilo = 50;

    // Silos tell one another once a second how many they have. Where a queue is called first has it as long as it has little more than
    // others.
    [Fact]
    public async Task Queues_are_spread_over_the_silos_although_all_are_called_through_one()
    {
        var number = 0;
        await Eventually.BeAsync(async () =>
        {
            await Service.CreateQueueAsync($"{Queue}-{number++}", new QueueSettings());
            return Silos.Locals.All(static local => local.Open.Count >= EnoughOfASilo);
        });
        output.WriteLine($"Of {number} queues the silos have {string.Join(", ", Silos.Locals.Select(static local => local.Open.Count))}.");
    }
}
