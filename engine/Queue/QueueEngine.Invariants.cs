namespace Timestone.Engine;

public sealed partial class QueueEngine
{
    /// <summary>Checks everything that must hold between commands. O(n): for tests and simulations.</summary>
    /// <exception cref="InvalidOperationException">Something does not hold.</exception>
    public void AssertInvariants()
    {
        var total = 0;
        var running = new Dictionary<ExclusivityLock, int>();
        var members = new Dictionary<ExclusivityLock, int>();
        var requested = 0;
        foreach (var state in AllStates)
        {
            var previous = Rank.Least;
            SetOf(state)
                .ForEach(slot =>
                {
                    var row = _messages[slot];
                    Require(row.Slot == slot, row, "is in another slot");
                    total++;
                    Require(row.State.State == state, row, "is in the set of another state");
                    Require(_messages.Find(row.Id) == row, row, "is not in the table");
                    Require(previous.Precedes(RankIn(state, row)), row, "is out of order");
                    Require(state == MessageState.Pending ? row.State.DueAt == 0 : row.State.DueAt > 0, row, "has the wrong due time");
                    Require(
                        state != MessageState.Running || (row.State.Lease is not null && row.State.Attempt > 0),
                        row,
                        "is running without a lease"
                    );
                    Require(row.State.Attempt >= 0 && row.State.Version > 0, row, "has impossible counts");
                    Require(
                        (row.Lock is not null) == (_exclusive is not null && !state.IsTerminal()),
                        row,
                        "has no exclusivity lock or should have none"
                    );
                    previous = RankIn(state, row);
                    if (row.Lock is not null)
                    {
                        Require(_locks[row.Lock.Value] == row.Lock, row, "has a lock that is gone");
                        members[row.Lock] = members.GetValueOrDefault(row.Lock) + 1;
                        running[row.Lock] = running.GetValueOrDefault(row.Lock) + (state == MessageState.Running ? 1 : 0);
                    }

                    if (state == MessageState.Running && row.State.Lease!.RequestId is { } request)
                    {
                        requested++;
                        Require(_requests.TryGetValue(request, out var taken) && taken.Contains(row), row, "is missing from its request");
                    }
                });
        }

        _filters.AssertInvariants();
        foreach (var sweep in _sweeps ?? [])
            AssertSweep(sweep);
        Require(total == _messages.Count, "The table and the sets differ in size.");
        Require(_requests.Values.Sum(static taken => taken.Count) == requested, "A request is remembered beyond its leases.");
        Require(_locks.Count == members.Count, "A lock is kept without members.");
        foreach (var valueLock in _locks.Values)
        {
            Require(valueLock.Members == members[valueLock], $"The lock of '{valueLock.Value}' miscounts its members.");
            Require(running[valueLock] <= 1, $"Exclusivity value '{valueLock.Value}' is running {running[valueLock]} times.");
            Require(valueLock.IsHeld == (running[valueLock] == 1), $"The lock of '{valueLock.Value}' is held wrongly.");
        }

        Require(
            _pendingByAge is null || _pendingByAge.Count == SetOf(MessageState.Pending).Count,
            "The set by age differs from the pending one."
        );
    }

    private void AssertSweep(Sweep sweep)
    {
        var covered = 0L;
        foreach (var state in AllStates)
        {
            SetOf(state)
                .ForEach(slot =>
                {
                    var row = _messages[slot];
                    if (!sweep.Covers(row))
                        return;
                    covered++;
                    Require(
                        state > sweep.State || (state == sweep.State && !RankIn(state, row).Precedes(sweep.From)),
                        row,
                        "was passed over by a sweep"
                    );
                });
        }

        Require(covered == sweep.Left, $"A sweep covers {covered} messages and not {sweep.Left}.");
    }

    private static void Require(bool holds, MessageRow row, string problem) => Require(holds, $"Message '{row.Id}' {problem}.");

    private static void Require(bool holds, string problem)
    {
        if (!holds)
            throw new InvalidOperationException(problem);
    }
}
