using System.IO.Pipelines;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Timestone.Grpc;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Api;

/// <summary>
/// Reads requests. Refuses what is no protobuf, and far too many items before they are parsed: an empty item takes two bytes, and as an
/// object a hundred. What is unknown is skipped, not kept.
/// </summary>
/// <param name="binder">Where the methods go.</param>
internal sealed class CheckedRequests(ServiceBinderBase binder) : ServiceBinderBase
{
    // Whatever is smaller is parsed without being looked through first.
    private const int FewBytes = 64 * 1024;

    // So many that nobody means them as metadata: these refuse the request, while a few too many refuse their message.
    private const int MostPairs = 10 * Limits.MaxMetadataPairs;

    private static readonly ServiceDescriptor Service = V1.Timestone.Descriptor;

    /// <summary>Binds the methods of the service, as <see cref="BindServiceMethodAttribute"/> asks for it.</summary>
    public static void Bind(ServiceBinderBase binder, V1.Timestone.TimestoneBase? service) =>
        V1.Timestone.BindService(new CheckedRequests(binder), service);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        UnaryServerMethod<TRequest, TResponse>? handler
    ) => binder.AddMethod(Checked(method), handler);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method,
        DuplexStreamingServerMethod<TRequest, TResponse>? handler
    ) => binder.AddMethod(Checked(method), handler);

    private static Method<TRequest, TResponse> Checked<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var type = Service.FindMethodByName(method.Name).InputType;
        var parser = type.Parser.WithDiscardUnknownFields(true);
        var requests = new Marshaller<TRequest>(
            method.RequestMarshaller.ContextualSerializer,
            context => (TRequest)Read(context, type, parser)
        );
        return new Method<TRequest, TResponse>(method.Type, method.ServiceName, method.Name, requests, method.ResponseMarshaller);
    }

    /// <exception cref="RpcException">The request is refused. No interceptor has run by now.</exception>
    internal static IMessage Read(DeserializationContext context, MessageDescriptor type, MessageParser parser)
    {
        try
        {
            if (context.PayloadLength > FewBytes)
            {
                using var bytes = PipeReader.Create(context.PayloadAsReadOnlySequence()).AsStream();
                using var input = new CodedInputStream(bytes);
                CheckItems(input, type);
            }

            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException problem)
        {
            throw Refusal(Validation.Invalid("request", $"The request is no valid {type.FullName}: {problem.Message}"));
        }
        catch (TimestoneException problem)
        {
            throw Refusal(problem);
        }
    }

    private static void CheckItems(CodedInputStream input, MessageDescriptor type)
    {
        var counts = new Dictionary<int, int>();
        while (input.ReadTag() is var tag and not 0)
        {
            var field = type.FindFieldByNumber(WireFormat.GetTagFieldNumber(tag));
            if (field is { IsRepeated: true })
            {
                var count = counts[field.FieldNumber] = counts.GetValueOrDefault(field.FieldNumber) + 1;
                if (!field.IsMap && count > Limits.MaxBatch)
                    throw Validation.WrongBatch(field.JsonName);
                if (field.IsMap && count > MostPairs)
                    throw Validation.Invalid(field.JsonName, $"{field.JsonName} must hold at most {Limits.MaxMetadataPairs} pairs.");
            }

            if (HasMetadata(field) && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                using var item = input.ReadBytes().CreateCodedInput();
                CheckItems(item, field!.MessageType);
            }
            else
            {
                input.SkipLastField();
            }
        }
    }

    private static bool HasMetadata(FieldDescriptor? field) =>
        field is { FieldType: FieldType.Message, IsMap: false }
        && field.MessageType.Fields.InFieldNumberOrder().Any(static one => one.IsMap);

    private static RpcException Refusal(TimestoneException problem) => problem.Error.ToStatus().ToRpcException();
}
