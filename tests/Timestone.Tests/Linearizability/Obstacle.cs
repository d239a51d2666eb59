namespace Timestone.Tests.Linearizability;

/// <summary>Why a call cannot come next.</summary>
/// <param name="What">A sentence about the message.</param>
/// <param name="Id">The message's id; empty when it is about none.</param>
/// <param name="Standing">How the message stands in the model then.</param>
internal sealed record Obstacle(string What, string Id = "", Standing? Standing = null)
{
    /// <summary>The message should not stand so yet: what made it so may have come later.</summary>
    public bool IsTooEarly { get; init; }

    /// <summary>The message that the call took though this one seems to come before it; null for none.</summary>
    public string? Overtaken { get; init; }

    public override string ToString() =>
        Standing is null
            ? $"{Id} {What}".Trim()
            : $"{Id} {What}; by then it is {Standing.State.ToString().ToLowerInvariant()}, version {Standing.Version}, attempt {Standing.Attempt}, priority {Standing.Priority.Low}"
                + (Standing.IsTimed ? $", due {Standing.Due.Low}{(Standing.Due.IsExact ? "" : $" to {Standing.Due.High}")}" : "");
}
