using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Timestone.Backends.Elasticsearch;

/// <summary>Sends requests and reads answers: addresses, authentication, time limits, errors.</summary>
internal sealed class ElasticsearchClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Lines = new("application/x-ndjson");

    private readonly HttpClient _http;
    private readonly Uri[] _addresses;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private int _turn;

    public ElasticsearchClient(ElasticsearchOptions options, TimeProvider time)
    {
        _addresses = [.. options.Addresses.Select(static address => address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/"))];
        _timeout = options.Timeout;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = CertificateTrust.Of(options),
            ConnectTimeout = options.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AllowAutoRedirect = false,
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.ApiKey is { } key)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("ApiKey", key);
        else if (options.User is { } user)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}")));
    }

    /// <summary>Asks, and reads the answer's document.</summary>
    /// <exception cref="ElasticsearchException">It was refused.</exception>
    /// <exception cref="IOException">There was no answer in time, or none that can be read: whether it was done is unknown.</exception>
    public async Task<JsonElement> AskAsync(ElasticsearchCall call, CancellationToken cancellationToken)
    {
        var (status, document, retryAfter) = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        return status is >= 200 and < 300 ? document : throw Refusal(call, status, document, retryAfter);
    }

    /// <summary>Asks whether something is there.</summary>
    /// <exception cref="IOException">As <see cref="AskAsync"/>.</exception>
    public async Task<bool> IsThereAsync(ElasticsearchCall call, CancellationToken cancellationToken)
    {
        var (status, document, retryAfter) = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        return status switch
        {
            200 => true,
            404 => false,
            _ => throw Refusal(call, status, document, retryAfter),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(int Status, JsonElement Document, TimeSpan? RetryAfter)> SendAsync(ElasticsearchCall call, CancellationToken cancellationToken)
    {
        var turn = Volatile.Read(ref _turn);
        var address = _addresses[(uint)turn % _addresses.Length];
        using var request = new HttpRequestMessage(call.Method, new Uri(address, call.Path));
        if (!call.Body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(call.Body);
            request.Content.Headers.ContentType = call.Operation == ElasticsearchOperation.Bulk ? Lines : Json;
        }

        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            var retryAfter = response.Headers.RetryAfter?.Delta;
            return ((int)response.StatusCode, Read(response, body), retryAfter);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            NextAddress(turn);
            throw new IOException($"Elasticsearch at {address.Authority} did not answer {call.Operation} within {_timeout.TotalSeconds:0.###} s.");
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or JsonException)
        {
            NextAddress(turn);
            throw new IOException($"Elasticsearch at {address.Authority} did not answer {call.Operation}: {(problem.InnerException ?? problem).Message}", problem);
        }
    }

    // Of several that fail at once, only the first goes on to the next address.
    private void NextAddress(int turn) => Interlocked.CompareExchange(ref _turn, turn + 1, turn);

    // What stands between us and Elasticsearch may refuse in words of its own.
    private static JsonElement Read(HttpResponseMessage response, byte[] body)
    {
        if (body.Length == 0)
            return default;
        try
        {
            var reader = new Utf8JsonReader(body);
            return JsonElement.ParseValue(ref reader);
        }
        catch (JsonException) when (!response.IsSuccessStatusCode)
        {
            return default;
        }
    }

    private static ElasticsearchException Refusal(ElasticsearchCall call, int status, JsonElement document, TimeSpan? retryAfter)
    {
        var error = document.ValueKind == JsonValueKind.Object && document.TryGetProperty("error", out var told) ? told : default;
        var (type, reason) = Cause(error);
        return new ElasticsearchException(status, type, $"Elasticsearch refused {call.Operation} with {status}{(reason.Length > 0 ? ": " + reason : ".")}", retryAfter);
    }

    /// <summary>What an error says: its type, and its reason with that of its cause.</summary>
    public static (string Type, string Reason) Cause(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String)
            return ("", error.GetString()!);
        if (error.ValueKind != JsonValueKind.Object)
            return ("", "");
        var type = Text(error, "type");
        var reason = $"{type}: {Text(error, "reason")}";
        if (error.TryGetProperty("caused_by", out var cause) && cause.ValueKind == JsonValueKind.Object)
            reason += $" ({Text(cause, "type")}: {Text(cause, "reason")})";
        return (type, reason);
    }

    private static string Text(JsonElement error, string name) =>
        error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
