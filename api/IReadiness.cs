namespace Timestone.Api;

/// <summary>Whether the service behind the routes can work now.</summary>
public interface IReadiness
{
    /// <summary>Why it cannot; null when it can. Asked at every request.</summary>
    Obstacle? Obstacle { get; }

    /// <summary>The parts that the service stands on, each with how it is doing; asked by <c>/readyz</c> alone.</summary>
    IReadOnlyList<HealthPart> Parts => [];
}
