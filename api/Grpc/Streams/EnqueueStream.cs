using Grpc.Core;
using Timestone.Grpc;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Api;

/// <summary>
/// Enqueues what comes on a stream. While one batch is committed, the next is gathered: as much as a batch takes, of one queue. Then
/// nothing more is read. So messages stay in their order, and memory is bounded.
/// </summary>
internal sealed class EnqueueStream(
    ITimestone timestone,
    Func<Exception, TimestoneError> explain,
    IAsyncStreamReader<V1.EnqueueRequest> requests,
    IServerStreamWriter<V1.ResultList> responses
)
{
    private readonly List<NewMessage> _batch = [];
    private string _queue = "";
    private long _bytes;
    private Task _commit = Task.CompletedTask;

    /// <summary>Serves it to its end.</summary>
    /// <param name="ends">Ends the reading; what was read is enqueued and answered all the same.</param>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: a request cannot be read as messages.</exception>
    public async Task RunAsync(CancellationToken ends)
    {
        try
        {
            await ReadAsync(ends).ConfigureAwait(false);
        }
        finally
        {
            // Also when a later request is bad: what came before it is as good. Where answers cannot be written any more, nothing is.
            if (_batch.Count > 0)
                await CommitAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _commit.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _commit.ConfigureAwait(false);
    }

    private async Task ReadAsync(CancellationToken ends)
    {
        while (await NextAsync(requests.MoveNext(ends)).ConfigureAwait(false))
        {
            var request = requests.Current;
            if (request.Messages.Count == 0)
                throw Validation.WrongBatch("messages");
            var messages = request.Messages.ToRecords("messages", MessageMapping.ToRecord);
            var bytes = messages.Sum(static message => (long)message.Payload.Bytes.Length);
            var isFull = _batch.Count + messages.Count > Limits.MaxBatch || _bytes + bytes > Limits.MaxBatchBytes;
            if (_batch.Count > 0 && (isFull || request.Queue != _queue))
                await CommitAsync().ConfigureAwait(false);
            _batch.AddRange(messages);
            (_queue, _bytes) = (request.Queue, _bytes + bytes);
        }
    }

    // What is gathered does not wait for the next request once the commit before it has ended.
    private async Task<bool> NextAsync(Task<bool> next)
    {
        if (_batch.Count > 0 && await Task.WhenAny(next, _commit).ConfigureAwait(false) == _commit)
            await CommitAsync().ConfigureAwait(false);
        return await next.ConfigureAwait(false);
    }

    private async Task CommitAsync()
    {
        await _commit.ConfigureAwait(false);
        _commit = EnqueueAsync(_queue, [.. _batch]);
        _batch.Clear();
        _bytes = 0;
    }

    private async Task EnqueueAsync(string queue, NewMessage[] messages)
    {
        IReadOnlyList<MessageResult> results;
        try
        {
            results = await timestone.EnqueueAsync(queue, messages).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            var error = explain(problem);
            results = Array.ConvertAll(messages, message => new MessageResult { Id = message.Id, Error = error });
        }

        await responses.WriteAsync(results.ToProto()).ConfigureAwait(false);
    }
}
