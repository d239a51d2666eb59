using Timestone.Tests.Server;
using Timestone.Tests.Support;
using Xunit;
using Xunit.Abstractions;

namespace Timestone.Tests.Faults;

/// <summary>Faults of real processes on the file journal.</summary>
public sealed class FileFaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public Task A_server_that_is_killed_under_load_again_and_again() =>
        ServerFaults.KillAsync(output, ["--data", _data.Path], times: 4);

    [Fact]
    public Task A_network_that_is_cut_between_callers_and_server() =>
        ServerFaults.CutAsync(output, ["--data", _data.Path]);
}
