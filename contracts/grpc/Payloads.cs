using System.Text;
using Google.Protobuf;

namespace Timestone.Grpc;

/// <summary>Payloads, and the JSON of results and progress. What a caller sends is checked, what a server answers is trusted.</summary>
internal static class Payloads
{
    public static V1.Payload? ToProto(this Payload payload) => payload.Kind switch
    {
        PayloadKind.Json => new V1.Payload { Json = payload.ToString() },
        PayloadKind.Bytes => new V1.Payload { Data = UnsafeByteOperations.UnsafeWrap(payload.Bytes) },
        _ => null,
    };

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is not one JSON value, or nested too
    /// deeply.</exception>
    public static Payload ToChecked(this V1.Payload? payload) => payload?.KindCase switch
    {
        V1.Payload.KindOneofCase.Json => Payload.FromJson(Encoding.UTF8.GetBytes(payload.Json)),
        V1.Payload.KindOneofCase.Data => Payload.FromBytes(payload.Data.Memory),
        _ => default,
    };

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is not one JSON value, or nested too
    /// deeply.</exception>
    public static Payload ToChecked(bool given, string json, string field)
    {
        try
        {
            return given ? Payload.FromJson(Encoding.UTF8.GetBytes(json)) : default;
        }
        catch (TimestoneException problem)
        {
            throw Validation.Invalid(field, problem.Message);
        }
    }

    public static Payload ToTrusted(this V1.Payload? payload) => payload?.KindCase switch
    {
        V1.Payload.KindOneofCase.Json => ToTrusted(true, payload.Json),
        V1.Payload.KindOneofCase.Data => Payload.FromBytes(payload.Data.Memory),
        _ => default,
    };

    public static Payload ToTrusted(bool given, string json) =>
        given ? Payload.FromStored(PayloadKind.Json, Encoding.UTF8.GetBytes(json)) : default;
}
