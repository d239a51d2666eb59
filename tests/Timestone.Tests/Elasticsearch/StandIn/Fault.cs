namespace Timestone.Tests.Elasticsearch;

/// <summary>What the stand-in does wrong with a request.</summary>
internal enum Fault
{
    None,

    /// <summary>429, nothing done.</summary>
    TooManyRequests,

    /// <summary>503 in the words of something that stands before Elasticsearch, nothing done.</summary>
    BadGateway,

    /// <summary>The connection ends, nothing done.</summary>
    DropBefore,

    /// <summary>All is done, and the connection ends before the answer.</summary>
    DropAfter,

    /// <summary>All is done, and there is never an answer.</summary>
    Hang,
}
