using System.Globalization;
using System.Threading.Channels;

namespace Timestone.Testing;

/// <summary>How long a helper waits, in real time.</summary>
internal sealed class Limit : IDisposable
{
    private readonly TimeSpan _duration;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _end;

    public Limit(TimeSpan duration, CancellationToken caller)
    {
        (_duration, _caller) = (duration, caller);
        _end = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _end.CancelAfter(duration);
    }

    /// <summary>Waits for a next change; false when the limit is reached.</summary>
    /// <exception cref="OperationCanceledException">The caller has given up.</exception>
    public async Task<bool> AllowsAsync<T>(ChannelReader<T> changes)
    {
        try
        {
            return await changes.WaitToReadAsync(_end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            return false;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_duration.TotalSeconds:0.###} s");

    public void Dispose() => _end.Dispose();
}
