using Microsoft.Extensions.Hosting;

namespace Timestone.AppHost;

/// <summary>
/// Stops the silos before what they need. Aspire stops all at once; a silo whose Redis is gone cannot say that it leaves, and at the next
/// start the others would wait for it until it counts as dead.
/// </summary>
/// <param name="silos">The silos.</param>
/// <param name="commands">Stops them.</param>
internal sealed class SilosStopFirst(ProjectResource silos, ResourceCommandService commands) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What was added last is stopped first, so that Aspire's own services still run. Silos that do not run refuse the command, which is
    // as well.
    public Task StopAsync(CancellationToken cancellationToken) =>
        commands.ExecuteCommandAsync(silos, KnownResourceCommands.StopCommand, cancellationToken);
}
