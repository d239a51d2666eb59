namespace Timestone.Engine;

/// <summary>
/// Exclusive queues: at most one message of an exclusivity value is running. Its lock (<see cref="ExclusivityLock"/>) is taken and released
/// here, by the transitions that begin and end running; <see cref="FilterIndex"/> passes over values whose lock is held.
/// </summary>
public sealed partial class QueueEngine
{
    private void MoveLock(MessageRow row, MessageState from)
    {
        var valueLock = row.Lock!;
        if (row.State.State == MessageState.Running)
        {
            valueLock.Take();
        }
        else if (from == MessageState.Running)
        {
            valueLock.Release(_ready);
        }

        if (row.State.State.IsTerminal())
            LeaveValue(row);
    }

    private void EnterValue(MessageRow row)
    {
        var value = row.Metadata[_queue.Settings.ExclusivityKey!];
        if (!_locks.TryGetValue(value, out var valueLock))
            _locks.Add(value, valueLock = new ExclusivityLock(value, ++_lastLock));
        valueLock.Members++;
        row.Lock = valueLock;
    }

    private void LeaveValue(MessageRow row)
    {
        var valueLock = row.Lock!;
        row.Lock = null;
        if (--valueLock.Members == 0)
            _locks.Remove(valueLock.Value);
    }
}
