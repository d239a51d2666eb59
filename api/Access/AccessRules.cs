using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Timestone.Api;

/// <summary>
/// Tells requests that a page of another site made a browser send. A browser names the page's origin (<c>Origin</c>) or at least how it
/// is related to the request's (<c>Sec-Fetch-Site</c>). Only a page whose own name was made to lead here (DNS rebinding) is of
/// the same origin to the browser; but then <c>Host</c> has that name.
/// </summary>
internal sealed class AccessRules(AccessOptions options)
{
    private const string SchemeEnd = "://";

    private readonly StringSegment[] _hosts = [.. options.Hosts.Select(static host => new StringSegment(host))];
    private readonly HashSet<string> _origins = new(options.Origins, StringComparer.OrdinalIgnoreCase);

    // The host that was allowed last: callers write the same one again and again.
    private volatile string? _allowed;

    /// <summary>Why a request is refused; null when it is not.</summary>
    public TimestoneError? Refusal(HttpRequest request)
    {
        if (!IsAllowed(request))
            return new(
                ErrorCode.HostNotAllowed,
                $"The server does not answer to the host '{request.Host.Value.Cut()}'. If that name is yours, start the server with --allowed-hosts {request.Host.Host.Cut()}."
            );
        var headers = request.Headers;
        var origin = headers.Origin;
        if (origin.Count > 0)
        {
            var from = origin.ToString();
            if (_origins.Contains(from))
                return null;
            if (!IsOwn(from, request))
                return Foreign(
                    $"Pages of the origin '{from.Cut()}' may not use this server. If that origin is yours, start the server with --allowed-origins {from.Cut()}."
                );
        }

        return headers.TryGetValue("Sec-Fetch-Site", out var site) && site.ToString() is not ("same-origin" or "none")
            ? Foreign(
                "The request comes from a page of another site (Sec-Fetch-Site), and such pages may not use this server. If the page is yours, start the server with --allowed-origins."
            )
            : null;
    }

    // HTTP/1.0 needs no host, and no browser leaves it out.
    private bool IsAllowed(HttpRequest request)
    {
        var text = request.Headers.Host.ToString();
        if (text.Length == 0 || text == _allowed)
            return true;
        try
        {
            if (!HostString.MatchesAny(text, _hosts) && !(options.AnyAddress && IPAddress.TryParse(request.Host.Host, out _)))
                return false;
        }
        catch (FormatException)
        {
            // Its port is none.
            return false;
        }

        _allowed = text;
        return true;
    }

    private static bool IsOwn(ReadOnlySpan<char> origin, HttpRequest request) =>
        origin.StartsWith(request.Scheme, StringComparison.OrdinalIgnoreCase)
        && origin[request.Scheme.Length..].StartsWith(SchemeEnd, StringComparison.Ordinal)
        && origin[(request.Scheme.Length + SchemeEnd.Length)..].Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private static TimestoneError Foreign(string detail) => new(ErrorCode.ForbiddenOrigin, detail);
}
