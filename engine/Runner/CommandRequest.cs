namespace Timestone.Engine;

/// <summary>A command that answers at once.</summary>
internal sealed class CommandRequest<TState, TAnswer>(
    TState state,
    Func<QueueEngine, TState, TAnswer> command,
    CancellationToken cancellationToken
) : Request
{
    private readonly TaskCompletionSource<TAnswer> _caller = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TAnswer? _answer;
    private TimestoneException? _refusal;

    public Task<TAnswer> Task => _caller.Task;

    public override bool Abandoned => cancellationToken.IsCancellationRequested && _caller.TrySetCanceled(cancellationToken);

    public override bool Apply(QueueEngine engine)
    {
        try
        {
            _answer = command(engine, state);
        }
        catch (TimestoneException refusal)
        {
            _refusal = refusal;
        }

        return true;
    }

    public override void Answer()
    {
        if (_refusal is not null)
            _caller.TrySetException(_refusal);
        else
            _caller.TrySetResult(_answer!);
    }

    public override void Refuse(Exception problem) => _caller.TrySetException(problem);
}
