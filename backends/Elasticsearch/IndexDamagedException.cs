namespace Timestone.Backends.Elasticsearch;

/// <summary>The indices are in a state that writers do not repair by themselves; the message says which, and what to do.</summary>
internal sealed class IndexDamagedException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>What <c>timestone reindex</c> repairs.</summary>
    public static IndexDamagedException Repairable(string what, Exception? inner = null) => new($"{what} Run `timestone reindex`.", inner);
}
