using Timestone.Client;

namespace Timestone.Tests.Client.Support;

internal sealed class HandlerRun(MessageContext context, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MessageContext Context => context;

    public string Id => context.Message.Id;

    public CancellationToken CancellationToken => cancellationToken;

    public Task End => _end.Task;

    public void Return() => _end.SetResult();

    public void Throw(Exception exception) => _end.SetException(exception);

    public async Task CanceledAsync()
    {
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.Register(() => canceled.TrySetResult());
        await canceled.Task.Guarded("the cancellation of a handler");
    }

    /// <summary>Waits to be canceled, then ends as a well-behaved handler does.</summary>
    public async Task EndCanceledAsync()
    {
        await CanceledAsync();
        _end.SetCanceled(cancellationToken);
    }
}
