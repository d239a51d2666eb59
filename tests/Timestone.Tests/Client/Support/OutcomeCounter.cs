using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace Timestone.Tests.Client.Support;

/// <summary>What a worker of one queue counts, one outcome after another.</summary>
internal sealed class OutcomeCounter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Channel<string> _outcomes = Channel.CreateUnbounded<string>();

    public OutcomeCounter(string queue)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Meter.Name: "Timestone.Client", Name: "timestone.worker.messages" })
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => (string)tag.Value!);
            if (values["queue"] == queue)
                _outcomes.Writer.TryWrite(values["outcome"]);
        });
        _listener.Start();
    }

    public Task<string> NextAsync() => _outcomes.Reader.ReadAsync().AsTask().Guarded("an outcome to be counted");

    public void Dispose() => _listener.Dispose();
}
