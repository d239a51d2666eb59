namespace Timestone.Indexing.Elasticsearch;

/// <summary>The index of current messages is not that of the service whose messages are to go there; the message says what to do.</summary>
public sealed class ForeignIndexException : IOException
{
    private ForeignIndexException(string message)
        : base(message)
    {
    }

    /// <summary>What is wrong, and what to do, in sentences that a caller may read.</summary>
    public string Refusal => Message;

    internal static ForeignIndexException Of(IndexNames names, IndexAliases aliases, string? service) =>
        new(
            aliases.Services.Count > 0
                ? $"The index {aliases.Current ?? names.Current} is that of another service (id {string.Join(", ", aliases.Services)}, and this one's is {service ?? "unknown"}). "
                    + "Give each service a prefix of its own. Or `timestone reindex --take-over` makes the index this service's, without the messages of the other one."
            : aliases.Current is null
                ? $"There is no index {names.Current}. A server or silo makes it: start one with this Elasticsearch and prefix."
            : $"The index {names.Current} does not say whose it is. A server or silo that uses it marks it: start one of this version with this Elasticsearch and prefix."
        );
}
