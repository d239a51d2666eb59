namespace Timestone.Tests.Client.Support;

/// <summary>A network that delivers every request and loses some of the answers.</summary>
internal sealed class LossyHandler(int seed, double loss) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();

    public int Lost { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        lock (_gate)
        {
            if (_random.NextDouble() >= loss)
                return response;
            Lost++;
        }

        response.Dispose();
        throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer was lost.");
    }
}
