namespace Timestone.Client.Orleans;

/// <summary>Which cluster, and how to find it.</summary>
public sealed record TimestoneOrleansClientOptions
{
    /// <summary>The Redis of the cluster, as its silos are told with <c>--redis</c>. Required unless <see cref="Configure"/> says how else to find silos.</summary>
    public string? Redis { get; set; }

    /// <summary>The cluster's name, as its silos are told with <c>--cluster</c>.</summary>
    public string Cluster { get; set; } = "timestone";

    /// <summary>How often it looks for new silos and for those that are gone. More than 0.</summary>
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What else to set on the Orleans client; runs last.</summary>
    public Action<IClientBuilder>? Configure { get; set; }
}
