namespace Timestone.Bench.Peers.Servers;

/// <summary>How a server is started.</summary>
/// <param name="Program">Its program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ServerStart(string Program, params string[] Arguments)
{
    /// <summary>Who runs it when root starts it; null for root itself.</summary>
    public string? User { get; init; }

    /// <summary>The signal that ends it and all that it has started.</summary>
    public string Signal { get; init; } = "KILL";

    public Dictionary<string, string> Environment { get; init; } = [];
}
