namespace Timestone.Bench.Peers.Load;

/// <summary>A worker that is stopped by what it is made with.</summary>
internal sealed class Stopping(Func<Task> stop) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await stop().ConfigureAwait(false);
}
