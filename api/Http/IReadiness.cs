namespace Timestone.Api;

/// <summary>Whether the service behind the routes can work now. Asked at every request.</summary>
public interface IReadiness
{
    /// <summary>Why it cannot, as a sentence for people; null when it can.</summary>
    string? Obstacle { get; }

    /// <summary>What works, but not as its users are promised, as a sentence for people; null when all is well.</summary>
    string? Caution => null;
}
