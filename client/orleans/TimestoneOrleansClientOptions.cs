using Timestone.Grains;

namespace Timestone.Client.Orleans;

/// <summary>Which cluster, and how to find it.</summary>
public sealed record TimestoneOrleansClientOptions
{
    /// <summary>
    /// The Redis of the cluster, as its silos are told with <c>--redis</c>. Required unless <see cref="Configure"/> says how else to find
    /// silos.
    /// </summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's name, as its silos are told with <c>--cluster</c>.</summary>
    public string Cluster { get; set; } = "timestone";

    /// <summary>How often it looks for new silos and for those that are gone. More than 0; 1 s unless set.</summary>
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a call may go without an answer, beyond what it was told to wait, until it fails with <see cref="ErrorCode.Unavailable"/>.
    /// More than 0, at most 10 s, which it is unless set.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = OutsideCalls.MaxTimeout;

    /// <summary>
    /// How long a call may still be answered that was underway when a silo was lost; then it fails with
    /// <see cref="ErrorCode.Unavailable"/>, whatever silo it went to, and can be repeated. 0 or more; 1 s unless set.
    /// </summary>
    public TimeSpan LostSiloGrace { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What else to set on the Orleans client; runs last.</summary>
    public Action<IClientBuilder>? Configure { get; set; }
}
