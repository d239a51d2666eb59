using Timestone.Tests.Grpc;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Conformance;

/// <summary>A client that knows nothing of .NET, against one of three silos.</summary>
[Slow]
public sealed class OtherLanguagesTests : IAsyncDisposable
{
    private readonly SiloSubject _silos = new(SiloWay.Grpc);

    public ValueTask DisposeAsync() => _silos.DisposeAsync();

    [Fact]
    public async Task Node_calls_every_method()
    {
        Needs.Redis();
        await _silos.StartAsync(null);
        await NodeWalk.CallEveryMethodAsync(_silos.GrpcAddress.Authority);
    }
}
