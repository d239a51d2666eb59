namespace Timestone.Journals.Files;

/// <summary>A turn of the writer without a record: what waited before it has been written or has failed when it ends.</summary>
internal class Turn : LogWrite
{
    private readonly TaskCompletionSource _ended;
    private readonly bool _flush;

    /// <param name="manual">Whether continuations run inside the driver's call.</param>
    /// <param name="flush">Whether everything is flushed at the turn.</param>
    public Turn(bool manual, bool flush = false)
    {
        _ended = new TaskCompletionSource(manual ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _flush = flush;
    }

    public override bool NeedsFlush => _flush;

    public override Span<byte> Record => [];

    /// <summary>Ends with the turn.</summary>
    public Task Task => _ended.Task;

    public sealed override void Complete()
    {
        if (Failure is null)
            _ended.SetResult();
        else
            _ended.SetException(Failure);
    }
}
