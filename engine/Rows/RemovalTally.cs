namespace Timestone.Engine;

/// <summary>Counts removed messages by cause.</summary>
public sealed class RemovalTally
{
    private long _retention;
    private long _purge;
    private long _bound;

    /// <summary>Whether it has counted nothing.</summary>
    public bool IsEmpty => (_retention | _purge | _bound) == 0;

    /// <summary>Counts one.</summary>
    public void Add(TransitionCause cause)
    {
        switch (cause)
        {
            case TransitionCause.Retention:
                _retention++;
                break;
            case TransitionCause.Purge:
                _purge++;
                break;
            case TransitionCause.Bound:
                _bound++;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(cause), cause, "Nothing is removed for that.");
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => (_retention, _purge, _bound) = (0, 0, 0);

    /// <summary>The counts as they are now.</summary>
    public RemovalCounts ToCounts() => new(_retention, _purge, _bound);
}
