namespace Timestone.Tests.Linearizability;

/// <summary>
/// Where the search has come no further for long: then it is better to go back to what was decided about the messages that are
/// in the way than to try first whatever was decided since. That leaves out orders, so that it proves nothing if none is found.
/// </summary>
internal sealed class Impasse
{
    // In trials.
    private const int Patience = 5000;

    // Who has left so many impasses in vain had better be thorough.
    private const int Most = 2000;

    private int _depth;
    private long _since;
    private int _left;

    /// <summary>The messages that are in the way there.</summary>
    public IReadOnlySet<string> Messages { get; private set; } = new HashSet<string>();

    /// <summary>Everything is to be tried.</summary>
    public bool IsIgnored { get; set; }

    public bool HasBeenLeft => _left > 0;

    /// <summary>The search cannot go on from here.</summary>
    public void Reach(int depth, long trials, Func<IReadOnlySet<string>> messages)
    {
        if (depth > _depth)
            (_depth, _since, Messages) = (depth, trials, messages());
    }

    /// <summary>Whether it is time to go further back.</summary>
    public bool IsReached(long trials) => !IsIgnored && _left < Most && Messages.Count > 0 && trials - _since > Patience;

    /// <summary>The search goes on from further back.</summary>
    public void Leave(int depth, long trials)
    {
        (_depth, _since) = (depth, trials);
        _left++;
    }
}
