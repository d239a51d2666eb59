using Microsoft.AspNetCore.Http;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>Which HTTP status each error has, and how it is answered.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    // Seconds. A start or a failed commit is over sooner than that, and a full queue has been worked on; a client's own backoff takes it
    // from there.
    private const string RetryAfter = "1";

    public static int StatusOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument or ErrorCode.MissingExclusivityKey or ErrorCode.HostNotAllowed => StatusCodes.Status400BadRequest,
        ErrorCode.ForbiddenOrigin => StatusCodes.Status403Forbidden,
        ErrorCode.QueueNotFound or ErrorCode.MessageNotFound or ErrorCode.NoSuchRoute => StatusCodes.Status404NotFound,
        ErrorCode.PayloadTooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCode.QueueFull => StatusCodes.Status429TooManyRequests,
        ErrorCode.Unavailable or ErrorCode.Standby => StatusCodes.Status503ServiceUnavailable,
        ErrorCode.NoIndex => StatusCodes.Status501NotImplemented,
        _ => StatusCodes.Status409Conflict,
    };

    /// <summary>Says what Kestrel refuses, or a reader of bodies in its words.</summary>
    public static TimestoneError ErrorOf(BadHttpRequestException refusal) =>
        refusal.StatusCode switch
        {
            StatusCodes.Status408RequestTimeout => new(ErrorCode.InvalidArgument, "The request did not arrive in time."),
            StatusCodes.Status413PayloadTooLarge => new(ErrorCode.PayloadTooLarge, refusal.Message),
            StatusCodes.Status414UriTooLong => new(ErrorCode.InvalidArgument, "The request's path and query are too long."),
            StatusCodes.Status431RequestHeaderFieldsTooLarge => new(
                ErrorCode.InvalidArgument,
                "The request's headers are too long or too many."
            ),
            StatusCodes.Status505HttpVersionNotsupported => new(ErrorCode.InvalidArgument, "The request must be of HTTP/1.1 or HTTP/1.0."),
            _ => new(ErrorCode.InvalidArgument, refusal.Message),
        };

    public static Task WriteAsync(
        HttpContext context,
        TimestoneError error,
        string? activeUrl = null,
        IReadOnlyList<HealthPart>? parts = null
    ) => WriteAsync(context, StatusOf(error.Code), error, activeUrl, parts);

    public static Task WriteAsync(
        HttpContext context,
        int status,
        TimestoneError error,
        string? activeUrl = null,
        IReadOnlyList<HealthPart>? parts = null
    )
    {
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = RetryAfter;
        return Answer.WriteAsync(context, status, Of(status, error, activeUrl, parts), ApiJson.Wire.Problem, ContentType);
    }

    public static Problem Of(int status, TimestoneError error, string? activeUrl = null, IReadOnlyList<HealthPart>? parts = null) =>
        new(
            $"urn:timestone:error:{EnumNames.Of(error.Code)}",
            TitleOf(error.Code),
            status,
            error.Detail,
            error.Code,
            error.Field?.Cut(),
            activeUrl,
            parts
        );

    private static string TitleOf(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => "The request is malformed",
        ErrorCode.QueueNotFound => "There is no such queue",
        ErrorCode.QueueExists => "The queue exists with other settings",
        ErrorCode.MessageNotFound => "There is no such message",
        ErrorCode.MessageConflict => "The message exists with other content",
        ErrorCode.LeaseLost => "The lease is not current",
        ErrorCode.IllegalTransition => "The message's state does not allow it",
        ErrorCode.MissingExclusivityKey => "The message lacks the exclusivity key",
        ErrorCode.PayloadTooLarge => "The payload is too large",
        ErrorCode.QueueFull => "The queue is full",
        ErrorCode.EnqueueBlocked => "Enqueueing is blocked",
        ErrorCode.Unavailable => "The service cannot answer now",
        ErrorCode.NoIndex => "There is no index to search",
        ErrorCode.Standby => "Another server is the active one",
        ErrorCode.HostNotAllowed => "The server does not answer to this host name",
        ErrorCode.ForbiddenOrigin => "Pages of this origin may not use the server",
        ErrorCode.NoSuchRoute => "There is no such path",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "An error code without a title."),
    };
}
