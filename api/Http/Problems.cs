using System.Globalization;
using Microsoft.AspNetCore.Http;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>How errors are answered over HTTP.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

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
    ) => WriteAsync(context, error.Code.Meaning().HttpStatus, error, activeUrl, parts);

    public static Task WriteAsync(
        HttpContext context,
        int status,
        TimestoneError error,
        string? activeUrl = null,
        IReadOnlyList<HealthPart>? parts = null
    )
    {
        if (GrpcRefusal.IsGrpc(context.Request))
            return GrpcRefusal.WriteAsync(context, error, activeUrl);
        if (status == error.Code.Meaning().HttpStatus && error.Code.Meaning().RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = wait.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Answer.WriteAsync(context, status, Of(status, error, activeUrl, parts), ApiJson.Wire.Problem, ContentType);
    }

    public static Problem Of(int status, TimestoneError error, string? activeUrl = null, IReadOnlyList<HealthPart>? parts = null) =>
        new(
            $"urn:timestone:error:{EnumNames.Of(error.Code)}",
            error.Code.Meaning().Title,
            status,
            error.Detail,
            error.Code,
            error.Field?.Cut(),
            activeUrl,
            parts
        );
}
