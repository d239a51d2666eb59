using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Timestone.Grpc;

namespace Timestone.Api;

/// <summary>Refuses a gRPC call before it comes to gRPC: an answer of trailers only.</summary>
internal static class GrpcRefusal
{
    private const string ContentType = "application/grpc";

    // With "+proto" or parameters behind it, but not gRPC-Web.
    public static bool IsGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol)
        && request.ContentType is { } type
        && type.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == ContentType.Length || type[ContentType.Length] is '+' or ';');

    public static Task WriteAsync(HttpContext context, TimestoneError error, string? activeUrl)
    {
        var status = error.ToStatus(activeUrl);
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers["grpc-status"] = status.Code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(status.Message);
        response.Headers["grpc-status-details-bin"] = status.ToByteString().ToBase64();
        return Task.CompletedTask;
    }
}
