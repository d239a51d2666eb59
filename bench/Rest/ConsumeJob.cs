namespace Timestone.Bench.Rest;

/// <summary>Completes the messages of its last answer and dequeues the next ones, in one request.</summary>
internal sealed class ConsumeJob : Job
{
    private const int SettlementBytes = 120, TokenLength = 16, MaxIdLength = 128;

    private readonly RequestTemplate _template;
    private readonly byte[] _held;
    private readonly int _batch;
    private readonly ProbeLog? _probes;
    private int _heldBytes;
    private int _heldMessages;

    public ConsumeJob(string queue, int batch, ProbeLog? probes = null)
    {
        (_batch, _probes) = (batch, probes);
        _template = new RequestTemplate($"/v1/queues/{queue}/dequeue", (batch * (SettlementBytes + MaxIdLength)) + 128);
        _held = new byte[batch * (SettlementBytes + MaxIdLength)];
    }

    public override ReadOnlyMemory<byte> Next()
    {
        _template.Begin().Add("{\"max\":"u8).Add(_batch, "D").Add(",\"leaseSeconds\":60,\"worker\":\"bench\""u8);
        if (_heldMessages > 0)
            _template.Add(",\"settle\":["u8).Add(_held.AsSpan(0, _heldBytes)).Add("]"u8);
        return _template.Add("}"u8).End().Request;
    }

    public override int Take(int status, ReadOnlySpan<byte> body)
    {
        Expect(status == 200 && body.IndexOf("\"error\":{"u8) < 0, status, body);
        var ended = _heldMessages;
        if (_probes is not null && body.IndexOf(ProbeMark) >= 0)
            _probes.Received();
        HoldWhatCame(body);
        return ended;
    }

    // Each message has one id, and one lease token after it; what was settled has an id and no token.
    private void HoldWhatCame(ReadOnlySpan<byte> body)
    {
        (_heldBytes, _heldMessages) = (0, 0);
        while (true)
        {
            var tokenAt = body.IndexOf("\"leaseToken\":\""u8);
            if (tokenAt < 0)
                return;
            var token = body.Slice(tokenAt + 14, TokenLength);
            var idAt = body[..tokenAt].LastIndexOf("\"id\":\""u8);
            var id = body[(idAt + 6)..];
            id = id[..id.IndexOf((byte)'"')];
            Hold(_heldMessages > 0 ? ",{\"id\":\""u8 : "{\"id\":\""u8);
            Hold(id);
            Hold("\",\"leaseToken\":\""u8);
            Hold(token);
            Hold("\",\"action\":\"complete\"}"u8);
            _heldMessages++;
            body = body[(tokenAt + 14 + TokenLength)..];
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_held.AsSpan(_heldBytes));
        _heldBytes += bytes.Length;
    }
}
