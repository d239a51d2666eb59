using Timestone.Client;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Faults;

/// <summary>
/// Faults of real processes on the file journal: nothing acknowledged is lost, nothing is done twice, and every answer has its place in one
/// order.
/// </summary>
[Slow]
public sealed class FileFaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(TimestoneProtocol.Http)]
    [InlineData(TimestoneProtocol.Grpc)]
    public Task A_server_that_is_killed_under_load_again_and_again(TimestoneProtocol protocol) =>
        RunAsync((output, seed, journal) => ServerFaults.KillAsync(output, seed, journal, protocol));

    [Theory]
    [InlineData(TimestoneProtocol.Http)]
    [InlineData(TimestoneProtocol.Grpc)]
    public Task A_network_that_is_cut_between_callers_and_server(TimestoneProtocol protocol) =>
        RunAsync((output, seed, journal) => ServerFaults.CutAsync(output, seed, journal, protocol));

    [Theory]
    [InlineData("fsync:error=EIO:when=40+40")]
    [InlineData("pwrite64,pwritev:error=EACCES:when=40+40")]
    public Task A_disk_that_fails_now_and_then_under_a_server_that_is_killed(string fault) =>
        RunAsync((output, seed, journal) => ServerFaults.FailDiskAsync(output, seed, journal, fault));

    private Task RunAsync(Func<ITestOutputHelper, int, string[], Task> scenario) => FaultSwitches.RunAsync(output, async seed =>
    {
        using var data = new TemporaryDirectory();
        await scenario(output, seed, ["--data", data.Path]);
    });
}
