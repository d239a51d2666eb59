using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Timestone.Client.Sending;

namespace Timestone.Client.Http;

/// <summary>Sends calls over pooled connections of HTTP/1.1.</summary>
internal sealed class HttpSender : ISender<HttpCall, HttpReply>
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient _http;
    private readonly TimeProvider _timeProvider;

    public HttpSender(TimestoneClientOptions options, HttpClient http, TimeProvider timeProvider)
    {
        Addresses =
        [
            .. options.Addresses.Select(static address => address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/")),
        ];
        _http = http;
        _timeProvider = timeProvider;
    }

    public IReadOnlyList<Uri> Addresses { get; }

    public void Dispose() => _http.Dispose();

    // The body is read to its end within it, so that a connection cut in the middle is a failed try too.
    public async ValueTask<Try<HttpReply>> TryAsync(int index, HttpCall call, CancellationToken cancellationToken)
    {
        var address = Addresses[index];
        try
        {
            using var request = Request(address, call);
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return IsPassing(response.StatusCode) && Refused(address, call, response, body) is { } refused
                ? refused
                : Try<HttpReply>.Answered(new(response.StatusCode, body));
        }
        catch (HttpRequestException problem)
        {
            var mayHaveTakenEffect =
                problem.HttpRequestError
                is not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError);
            return Try<HttpReply>.Failed($"The connection to {address} failed: {problem.Message}", problem, mayHaveTakenEffect);
        }
        catch (SocketException problem)
        {
            // The handler lets this one through where a connection is reset at the moment that it is made.
            return Try<HttpReply>.Failed($"The connection to {address} failed: {problem.Message}", problem, mayHaveTakenEffect: false);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // What a program puts into its HttpClient may throw anything, before or after the request was sent.
            return Try<HttpReply>.Failed($"The call to {address} failed: {problem.Message}", problem);
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
    private Try<HttpReply>? Refused(Uri address, HttpCall call, HttpResponseMessage response, byte[] body)
    {
        var problem = Problem.Read(body);
        var failure = problem?.Detail ?? $"{address} answered {(int)response.StatusCode}.";
        var after = response.Headers.RetryAfter;
        TimeSpan? wait = (after?.Delta ?? after?.Date - _timeProvider.GetUtcNow()) is { } given && given > TimeSpan.Zero ? given : null;
        if (problem?.ToException()?.Code == ErrorCode.Standby)
            return Try<HttpReply>.OnStandby(failure, wait);
        return call.RetryRefusals
            ? Try<HttpReply>.Failed(failure, new HttpRequestException(failure, null, response.StatusCode), retryAfter: wait)
            : null;
    }
}
