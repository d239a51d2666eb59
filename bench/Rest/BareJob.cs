namespace Timestone.Bench.Rest;

/// <summary>Posts what an enqueue posts to an endpoint that does nothing with it: what HTTP alone costs.</summary>
internal sealed class BareJob : Job
{
    private readonly ReadOnlyMemory<byte> _request = new EnqueueJob("bare", 0, 1).Next();

    public override ReadOnlyMemory<byte> Next() => _request;

    public override int Take(int status, ReadOnlySpan<byte> body)
    {
        Expect(status == 201, status, body);
        return 1;
    }
}
