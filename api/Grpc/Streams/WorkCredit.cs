namespace Timestone.Api;

/// <summary>What a worker still takes: messages, and bytes of payload once it has said any.</summary>
internal sealed class WorkCredit
{
    private const int Most = 10_000;

    private readonly Lock _gate = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _messages;
    private long? _bytes;
    private int _largest;

    /// <summary>Adds what a worker says.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>.</exception>
    public void Add(int messages, long bytes)
    {
        lock (_gate)
        {
            if (messages < 0 || messages > Most - _messages)
                throw Validation.Invalid("credit.messages", $"credit.messages must be 0 to {Most}, with what was given before.");
            if (bytes < 0 || bytes > long.MaxValue - (_bytes ?? 0))
                throw Validation.Invalid("credit.bytes", "credit.bytes must be 0 or more.");
            _messages += messages;
            if (bytes > 0)
                _bytes = (_bytes ?? 0) + bytes;
            if (Takeable > 0)
                _more.TrySetResult();
        }
    }

    /// <summary>Waits until something is taken; answers how many messages, at most <see cref="Limits.MaxBatch"/>.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (Takeable is > 0 and var messages)
                    return messages;
                if (_more.Task.IsCompleted)
                    _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _more.Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes off what is sent.</summary>
    public void Use(IReadOnlyList<Message> messages)
    {
        lock (_gate)
        {
            _messages -= messages.Count;
            foreach (var message in messages)
            {
                _bytes -= message.Payload.Bytes.Length;
                _largest = Math.Max(_largest, message.Payload.Bytes.Length);
            }
        }
    }

    // As many as fit, were all as large as the largest so far; the first alone.
    private int Takeable => (int)Math.Min(Math.Min(_messages, Limits.MaxBatch), Fitting);

    private long Fitting =>
        _bytes switch
        {
            null => Limits.MaxBatch,
            <= 0 => 0,
            _ when _largest == 0 => 1,
            { } bytes => 1 + ((bytes - 1) / _largest),
        };
}
