using System.Globalization;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>The ids of documents.</summary>
internal static class DocumentId
{
    /// <summary>That of a message in the index of current messages.</summary>
    public static string Of(string queue, string id, string life) => $"{queue}/{id}/{life}";

    /// <summary>That of a message in the index of current messages.</summary>
    public static string Of(IndexedMessage message) => Of(message.Queue, message.Id, message.Life);

    /// <summary>That of a transition in a historic index.</summary>
    public static string Of(Transition transition) =>
        string.Create(CultureInfo.InvariantCulture, $"{transition.Queue}/{transition.Id}/{transition.Life}/{transition.Version}");
}
