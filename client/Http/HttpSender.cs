using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Timestone.Client.Http;

/// <summary>Sends calls once each over pooled connections: to the address that answered last, and after a failure to the next.</summary>
internal sealed class HttpSender : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _timeout;
    private readonly Uri[] _addresses;
    private int _current;

    public HttpSender(TimestoneClientOptions options, HttpMessageHandler? handler, TimeProvider timeProvider)
    {
        _addresses =
        [
            .. options.Addresses.Select(static address => address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/")),
        ];
        _http = new HttpClient(handler ?? PooledHandler(options), disposeHandler: handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        _timeProvider = timeProvider;
        _timeout = options.RequestTimeout;
    }

    /// <summary>How many addresses there are.</summary>
    public int Addresses => _addresses.Length;

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// One try, at the current address. After a failure the next one is current; of calls that fail side by side only the first moves on.
    /// </summary>
    public async ValueTask<HttpTry> TryAsync(HttpCall call, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref _current);
        var answer = await TryAsync(_addresses[current], call, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is not null)
            Interlocked.CompareExchange(ref _current, (current + 1) % _addresses.Length, current);
        return answer;
    }

    // The body is read to its end within it, so that a connection cut in the middle is a failed try too.
    private async ValueTask<HttpTry> TryAsync(Uri address, HttpCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout + call.Wait, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = Request(address, call);
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return IsPassing(response.StatusCode) && Refused(address, call, response, body) is { } refused
                ? refused
                : HttpTry.Answered(response.StatusCode, body);
        }
        catch (HttpRequestException problem)
        {
            var mayHaveTakenEffect =
                problem.HttpRequestError
                is not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError);
            return HttpTry.Failed($"The connection to {address} failed: {problem.Message}", problem, mayHaveTakenEffect);
        }
        catch (SocketException problem)
        {
            // The handler lets this one through where a connection is reset at the moment that it is made.
            return HttpTry.Failed($"The connection to {address} failed: {problem.Message}", problem, mayHaveTakenEffect: false);
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            return HttpTry.Failed($"{address} did not answer in time.", problem);
        }
        catch (OperationCanceledException)
        {
            // The one that HttpClient throws carries the linked token, which the caller does not know.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    // SocketsHttpHandler sends a request without content again by itself where a pooled connection ends before the answer.
    // So each change has content, be it of no length: then it is sent once, and it is known that it may have taken effect.
    private static HttpRequestMessage Request(Uri address, HttpCall call)
    {
        var request = new HttpRequestMessage(call.Method, new Uri(address, call.Path));
        if (call.Body is not null)
            request.Content = new ByteArrayContent(call.Body) { Headers = { ContentType = Json } };
        else if (call.Method != HttpMethod.Get)
            request.Content = new ByteArrayContent([]);
        return request;
    }

    // 502 and 504 are what a proxy says when the server behind it is away.
    private static bool IsPassing(HttpStatusCode status) =>
        status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;

    // Null where the call takes a refusal for its answer. A standby's never is one: it says nothing of the service.
    private HttpTry? Refused(Uri address, HttpCall call, HttpResponseMessage response, byte[] body)
    {
        var problem = Problem.Read(body);
        var failure = problem?.Detail ?? $"{address} answered {(int)response.StatusCode}.";
        var after = response.Headers.RetryAfter;
        TimeSpan? wait = (after?.Delta ?? after?.Date - _timeProvider.GetUtcNow()) is { } given && given > TimeSpan.Zero ? given : null;
        if (problem?.ToException()?.Code == ErrorCode.Standby)
            return HttpTry.OnStandby(failure, wait);
        return call.RetryRefusals
            ? HttpTry.Failed(failure, new HttpRequestException(failure, null, response.StatusCode), retryAfter: wait)
            : null;
    }

    // A connection is given up before the server's own keep-alive ends, which would look like a failure, and is not
    // kept for ever, so that a name that has moved is looked up again. No proxy, cookie or redirect stands in between:
    // a request reaches the address that was configured or fails.
    private static SocketsHttpHandler PooledHandler(TimestoneClientOptions options) => new()
    {
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
    };
}
