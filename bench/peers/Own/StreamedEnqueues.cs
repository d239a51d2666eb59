using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Bench.Peers.Own;

/// <summary>One stream of enqueues for all callers. Results come in the order of the messages: that tells whose they are.</summary>
internal sealed class StreamedEnqueues : IAsyncDisposable
{
    private readonly Channel<(string Queue, V1.NewMessage Message, TaskCompletionSource Done)> _waiting = Channel.CreateUnbounded<(
        string,
        V1.NewMessage,
        TaskCompletionSource
    )>();

    private readonly Channel<TaskCompletionSource> _sent = Channel.CreateUnbounded<TaskCompletionSource>();
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<V1.EnqueueRequest, V1.ResultList> _call;
    private readonly Task _running;

    public StreamedEnqueues(Uri address)
    {
        _channel = GrpcChannel.ForAddress(address);
        _call = new V1.Timestone.TimestoneClient(_channel).EnqueueStream();
        _running = Task.WhenAll(Task.Run(WriteAsync), Task.Run(ReadAsync));
    }

    /// <summary>Enqueues a message and waits for its result.</summary>
    public Task EnqueueAsync(string queue, string text)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Writer.TryWrite((queue, new() { Payload = new() { Json = $"\"{text}\"" } }, done));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.Complete();
        await _running.ConfigureAwait(false);
        _call.Dispose();
        _channel.Dispose();
    }

    // What has gathered while the last request was written goes into one.
    private async Task WriteAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var request = new V1.EnqueueRequest();
            while (_waiting.Reader.TryRead(out var next))
            {
                // A stream is used for one queue after another, never for two at once.
                request.Queue = next.Queue;
                request.Messages.Add(next.Message);
                _sent.Writer.TryWrite(next.Done);
            }

            await _call.RequestStream.WriteAsync(request).ConfigureAwait(false);
        }

        await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        await foreach (var list in _call.ResponseStream.ReadAllAsync().ConfigureAwait(false))
        {
            foreach (var result in list.Results)
            {
                var done = await _sent.Reader.ReadAsync().ConfigureAwait(false);
                if (result.Error is { } error)
                    done.SetException(new InvalidOperationException($"A message was refused: {error}."));
                else
                    done.SetResult();
            }
        }
    }
}
