using System.Globalization;

namespace Timestone.Tests.Reference;

/// <summary>
/// What is known of a queue's lease tokens. They are not specified, so the reference numbers its leases and learns their
/// tokens from the answers. Shared by all copies of a reference: what callers were told does not go away in a crash.
/// </summary>
internal sealed class LeaseTokens
{
    private readonly Dictionary<string, long> _leases = [];
    private readonly Dictionary<long, string> _tokens = [];
    private long _last;

    /// <summary>Numbers a new lease.</summary>
    public long NewLease() => ++_last;

    /// <summary>Whether a lease's token is known.</summary>
    public bool Knows(long lease) => _tokens.ContainsKey(lease);

    /// <summary>A lease's token; a stand-in, such as no engine answers, while it is not known.</summary>
    public string Of(long lease) => _tokens.GetValueOrDefault(lease) ?? $"?{lease}";

    /// <summary>The lease of a token; null when nobody was ever told it.</summary>
    public long? LeaseOf(string token) => _leases.TryGetValue(token, out var lease) ? lease : null;

    /// <summary>Takes what was answered where a token or its stand-in was expected.</summary>
    /// <returns>The token as it is known now.</returns>
    public string Learn(string expected, string answered)
    {
        if (expected[0] != '?')
            return expected;
        var lease = long.Parse(expected.AsSpan(1), CultureInfo.InvariantCulture);
        if (_tokens.TryGetValue(lease, out var known))
            return known;
        if (!_leases.TryAdd(answered, lease))
            throw new InvalidOperationException($"The lease token {answered} was given before.");
        return _tokens[lease] = answered;
    }

    /// <summary>A leased message with a token of the reference's own, where nobody else gives it one.</summary>
    public Message Give(Message leased) =>
        leased with { LeaseToken = Learn(leased.LeaseToken!, $"t{leased.LeaseToken!.TrimStart('?', 't')}") };
}
