using System.Text;

namespace Timestone.Bench.Rest;

/// <summary>Enqueues messages of 128 bytes of payload under ids of 26 characters that were never used before.</summary>
internal sealed class EnqueueJob : Job
{
    private const int MessageBytes = 300;

    private static readonly byte[] Rest = Encoding.ASCII.GetBytes($"\",\"payload\":\"{new string('x', 126)}\"}}");
    private static readonly byte[] UrgentRest = Encoding.ASCII.GetBytes($"\",\"priority\":0,\"payload\":\"{new string('x', 126)}\"}}");

    private readonly RequestTemplate _template;
    private readonly byte[] _prefix;
    private readonly int _batch;
    private readonly ProbeLog? _probes;
    private long _number;

    /// <param name="queue">The queue.</param>
    /// <param name="caller">Distinguishes the ids of this caller; below 100,000.</param>
    /// <param name="batch">Messages of a request; one is sent by itself.</param>
    /// <param name="probes">Where to tell of messages that are to be dequeued at once, one in a hundred; null for none.</param>
    public EnqueueJob(string queue, int caller, int batch, ProbeLog? probes = null)
    {
        (_batch, _probes) = (batch, probes);
        _template = new RequestTemplate($"/v1/queues/{queue}/messages", (batch * MessageBytes) + 64);
        _prefix = Encoding.ASCII.GetBytes($"-{caller:D5}-{Random.Shared.Next(100_000):D5}-");
    }

    public override ReadOnlyMemory<byte> Next()
    {
        _template.Begin();
        if (_batch > 1)
            _template.Add("{\"messages\":["u8);
        for (var i = 0; i < _batch; i++)
        {
            if (i > 0)
                _template.Add(","u8);
            AddMessage();
        }

        if (_batch > 1)
            _template.Add("]}"u8);
        return _template.End().Request;
    }

    public override int Take(int status, ReadOnlySpan<byte> body)
    {
        Expect(status == (_batch > 1 ? 200 : 201) && body.IndexOf("\"error\""u8) < 0, status, body);
        return _batch;
    }

    private void AddMessage()
    {
        var probe = _probes is not null && _number % 100 == 0;
        _template.Add(probe ? "{\"id\":\"p"u8 : "{\"id\":\"m"u8).Add(_prefix).Add(_number++, "D12").Add(probe ? UrgentRest : Rest);
        if (probe)
            _probes!.Sent();
    }
}
