namespace Timestone.Cli;
internal sealed class WorkCommand(CliHost host) : CliCommand(host, "work", "x") { protected override Task<int> RunAsync(Call call, CancellationToken cancellationToken) => Task.FromResult(0); }
