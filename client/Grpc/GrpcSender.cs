using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Timestone.Client.Sending;
using Timestone.Grpc;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Client.Grpc;

/// <summary>Makes calls over HTTP/2: as many connections an address as their calls side by side need.</summary>
internal sealed class GrpcSender : ISender<GrpcCall, GrpcReply>
{
    private readonly HttpClient _http;
    private readonly GrpcChannel[] _channels;
    private readonly V1.Timestone.TimestoneClient[] _clients;

    // A channel that is given the handler, not the client, would keep connections by itself, and make none for up to two minutes after
    // one failed.
    public GrpcSender(TimestoneClientOptions options, HttpClient http)
    {
        Addresses = options.Addresses;
        _http = http;
        var channel = new GrpcChannelOptions
        {
            HttpClient = _http,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            ThrowOperationCanceledOnCancellation = true,
        };
        _channels = [.. Addresses.Select(address => GrpcChannel.ForAddress(PlainHttp(address), channel))];
        _clients = [.. _channels.Select(static channel => new V1.Timestone.TimestoneClient(channel))];
    }

    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>What makes calls to the address of an index.</summary>
    public V1.Timestone.TimestoneClient ClientAt(int address) => _clients[address];

    public void Dispose()
    {
        foreach (var channel in _channels)
            channel.Dispose();
        _http.Dispose();
    }

    public async ValueTask<Try<GrpcReply>> TryAsync(int address, GrpcCall call, CancellationToken cancellationToken)
    {
        try
        {
            var message = await call.Make(_clients[address], new CallOptions(cancellationToken: cancellationToken)).ConfigureAwait(false);
            return Try<GrpcReply>.Answered(new(message, null));
        }
        catch (RpcException problem)
        {
            return problem.ToError() is { } refusal ? Refused(problem, refusal, call) : NotAnswered(problem, Addresses[address]);
        }
    }

    // A standby's refusal is no answer: it says nothing of the service.
    private static Try<GrpcReply> Refused(RpcException problem, TimestoneError refusal, GrpcCall call) =>
        refusal.Code switch
        {
            ErrorCode.Standby => Try<GrpcReply>.OnStandby(refusal.Detail, problem.RetryDelay()),
            ErrorCode.Unavailable when call.RetryRefusals => Try<GrpcReply>.Failed(
                refusal.Detail,
                problem,
                retryAfter: problem.RetryDelay()
            ),
            _ => Try<GrpcReply>.Answered(new(null, refusal)),
        };

    // What ends a call without Timestone's own words: gRPC on either side, or the connection, which leaves an exception.
    private static Try<GrpcReply> NotAnswered(RpcException problem, Uri address) =>
        problem switch
        {
            { Status.DebugException: { } cause } => Failed(address, problem, mayHaveTakenEffect: !IsBeforeSending(cause)),
            { StatusCode: StatusCode.ResourceExhausted } => Refusal(
                ErrorCode.PayloadTooLarge,
                "The request is larger than the server takes."
            ),
            { StatusCode: StatusCode.Unimplemented or StatusCode.Unauthenticated or StatusCode.PermissionDenied } => Refusal(
                ErrorCode.Unavailable,
                $"The server's answer is not understood: {problem.Status.Detail} Is this a Timestone server, and of this version?"
            ),
            _ => Failed(address, problem, mayHaveTakenEffect: true),
        };

    private static Try<GrpcReply> Failed(Uri address, RpcException problem, bool mayHaveTakenEffect) =>
        Try<GrpcReply>.Failed($"The call to {address} failed: {problem.Status.Detail}", problem, mayHaveTakenEffect);

    private static bool IsBeforeSending(Exception cause) =>
        cause
            is SocketException
                or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError
                        or HttpRequestError.ConnectionError
                        or HttpRequestError.SecureConnectionError
                };

    private static Try<GrpcReply> Refusal(ErrorCode code, string detail) =>
        Try<GrpcReply>.Answered(new(null, new TimestoneError(code, detail)));

    private static Uri PlainHttp(Uri address) =>
        new UriBuilder(address) { Scheme = TimestoneClientOptions.IsSecure(address) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp }.Uri;
}
