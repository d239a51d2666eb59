namespace Timestone.Indexing.Elasticsearch;

/// <summary>The indices are in a state that writers do not repair by themselves; the message says which, and what to do.</summary>
internal sealed class IndexDamagedException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>What is wrong, and what to do, in a sentence that a caller may read.</summary>
    public string Damage => Message;

    /// <summary>What <c>timestone reindex</c> repairs.</summary>
    public static IndexDamagedException Repairable(string what, Exception? inner = null) => new($"{what} Run `timestone reindex`.", inner);
}
