using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Timestone.Json;

namespace Timestone.Grpc;

/// <summary>
/// Errors: of one item as a message of its own, of a call as a <c>google.rpc.Status</c> with the details that AIP-193 describes.
/// </summary>
public static class ErrorMapping
{
    private const string Domain = "timestone";
    private const string ActiveUrl = "activeUrl";

    /// <summary>The error of one item.</summary>
    public static V1.Error ToProto(this TimestoneError error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var proto = new V1.Error { Code = EnumNames.Of(error.Code), Detail = error.Detail };
        if (error.Field is { } field)
            proto.Field = field;
        return proto;
    }

    /// <summary>The error of one item.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.Unavailable"/>: its code is that of a later version.</exception>
    public static TimestoneError ToRecord(this V1.Error proto)
    {
        ArgumentNullException.ThrowIfNull(proto);
        return EnumNames.Find<ErrorCode>(proto.Code) is { } code
            ? new(code, proto.Detail, proto.HasField ? proto.Field : null)
            : throw new TimestoneException(
                ErrorCode.Unavailable,
                $"The server answers '{proto.Code.Cut()}', which this version does not know: {proto.Detail}"
            );
    }

    /// <summary>The end of a refused call.</summary>
    /// <param name="error">Why it is refused.</param>
    /// <param name="activeUrl">On a standby, where the active server is; null where that is not known.</param>
    public static Google.Rpc.Status ToStatus(this TimestoneError error, string? activeUrl = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var meaning = error.Code.Meaning();
        var info = new ErrorInfo { Reason = EnumNames.Of(error.Code), Domain = Domain };
        if (activeUrl is not null)
            info.Metadata[ActiveUrl] = activeUrl;
        var status = new Google.Rpc.Status
        {
            Code = meaning.GrpcStatus,
            Message = error.Detail,
            Details = { Any.Pack(info) },
        };
        if (error.Field is { } field)
            status.Details.Add(
                Any.Pack(
                    new BadRequest
                    {
                        FieldViolations =
                        {
                            new BadRequest.Types.FieldViolation { Field = field.Cut(), Description = error.Detail },
                        },
                    }
                )
            );
        if (meaning.RetryAfter is { } wait)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = wait.ToProto() }));
        return status;
    }

    /// <summary>Why the service refused a call; null where the end of the call was not the service's.</summary>
    public static TimestoneError? ToError(this RpcException problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return
            Detail<ErrorInfo>(problem) is { Domain: Domain } info && EnumNames.Find<ErrorCode>(info.Reason) is { } code
            ? new(code, problem.Status.Detail, Detail<BadRequest>(problem)?.FieldViolations.FirstOrDefault()?.Field)
            : null;
    }

    /// <summary>How long the service asks to be left alone; null when it does not.</summary>
    public static TimeSpan? RetryDelay(this RpcException problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        try
        {
            return Detail<RetryInfo>(problem)?.RetryDelay.ToSpan("retryDelay");
        }
        catch (TimestoneException)
        {
            return null;
        }
    }

    // Details that are none come from somebody else than the service.
    private static T? Detail<T>(RpcException problem)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return problem.Trailers.GetRpcStatus(ignoreParseError: true)?.GetDetail<T>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
