namespace Timestone.Aspire.Client;

/// <summary>How a program in an Aspire app reaches Timestone, and what it tells of that.</summary>
public sealed class TimestoneClientSettings
{
    /// <summary>
    /// Where the servers listen: an absolute http, https, grpc or grpcs address, or several with commas between them, as in
    /// <see cref="Timestone.Client.TimestoneClientOptions.Addresses"/>. The connection string of the connection's name outweighs it.
    /// Without either the host does not start.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>Whether there is no health check.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>How long a health check may take; more than 0.</summary>
    public TimeSpan HealthCheckTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether no traces are collected.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Whether no metrics are collected.</summary>
    public bool DisableMetrics { get; set; }
}
