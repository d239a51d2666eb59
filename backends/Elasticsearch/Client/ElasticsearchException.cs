namespace Timestone.Backends.Elasticsearch;

/// <summary>Elasticsearch refused a request, or one item of it.</summary>
internal sealed class ElasticsearchException(int status, string type, string message, TimeSpan? retryAfter = null) : IOException(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>Elasticsearch's name of what is wrong; empty where it gave none.</summary>
    public string Type { get; } = type;

    /// <summary>For how long it asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether the same request can succeed in a while.</summary>
    public bool IsTransient => IsTransientStatus(Status) || (Status == 404 && Type == MissingIndex);

    /// <summary>The type of what is wrong when an index or alias is not there: aliases move while indices are rebuilt.</summary>
    public const string MissingIndex = "index_not_found_exception";

    public static bool IsTransientStatus(int status) => status is 408 or 429 or >= 500;
}
