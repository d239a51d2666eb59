using Grpc.Core;
using Grpc.Core.Interceptors;
using Timestone.Grpc;

namespace Timestone.Api;

/// <summary>Ends failed calls with what their callers may know of it.</summary>
internal sealed class GrpcErrors(Gate gate) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            return await continuation(request, context).ConfigureAwait(false);
        }
        catch (Exception problem) when (!IsOfCall(problem, context))
        {
            throw Refusal(problem, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation
    )
    {
        try
        {
            await continuation(requestStream, responseStream, context).ConfigureAwait(false);
        }
        catch (Exception problem) when (!IsOfCall(problem, context))
        {
            throw Refusal(problem, context);
        }
    }

    private RpcException Refusal(Exception problem, ServerCallContext context)
    {
        var error = gate.Explain(problem, context.Method);
        return error.ToStatus(gate.ActiveUrl(error)).ToRpcException();
    }

    // Its caller is gone, which reading and writing say in several ways; or its deadline ended it, or the framework, which says so itself.
    private static bool IsOfCall(Exception problem, ServerCallContext context) =>
        problem is RpcException
        || (
            problem is IOException or OperationCanceledException or InvalidOperationException
            && context.CancellationToken.IsCancellationRequested
        );
}
