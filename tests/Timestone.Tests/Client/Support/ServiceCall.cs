namespace Timestone.Tests.Client.Support;

/// <summary>A call to the service that waits for the test to answer it.</summary>
internal sealed class ServiceCall<TRequest, TAnswer>(TRequest request, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<TAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TRequest Request => request;

    public CancellationToken CancellationToken => cancellationToken;

    public Task<TAnswer> AnswerAsync()
    {
        cancellationToken.Register(() => _answer.TrySetCanceled(cancellationToken));
        return _answer.Task;
    }

    public void Answer(TAnswer answer) => _answer.SetResult(answer);

    public void Refuse(ErrorCode code) => _answer.SetException(new TimestoneException(code, $"refused with {code}"));
}
