namespace Timestone.Api;

/// <summary>Whether the service behind the routes can work now. Asked at every request.</summary>
public interface IReadiness
{
    /// <summary>Why it cannot, as a sentence for people; null when it can.</summary>
    string? Obstacle { get; }

    /// <summary>What is not as it should be although the whole can work, as sentences for people; null when there is nothing to say.</summary>
    string? Detail => null;
}
