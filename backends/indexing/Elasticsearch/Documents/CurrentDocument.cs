using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>A document of the index of current messages.</summary>
internal sealed record CurrentDocument
{
    public required string Queue { get; init; }

    public required string Id { get; init; }

    public required string Life { get; init; }

    public required long LifeCreatedAt { get; init; }

    public required long LifeSequence { get; init; }

    public required int Version { get; init; }

    public required MessageState State { get; init; }

    public required long Priority { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Deadline { get; init; }

    public required string[] Metadata { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset EnqueuedAt { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? VisibleAt { get; init; }

    public required int Attempt { get; init; }

    public string? Worker { get; init; }

    public string? Error { get; init; }

    /// <summary>The id of the document of a message.</summary>
    public static string IdOf(string queue, string id, string life) => $"{queue}/{id}/{life}";

    public static CurrentDocument Of(IndexedMessage message, MessageLife life) => new()
    {
        Queue = message.Queue,
        Id = message.Id,
        Life = message.Life,
        LifeCreatedAt = life.CreatedAt,
        LifeSequence = life.Sequence,
        Version = message.Version,
        State = message.State,
        Priority = message.Priority,
        Deadline = message.Deadline,
        Metadata = MetadataField.Of(message.Metadata),
        EnqueuedAt = message.EnqueuedAt,
        UpdatedAt = message.UpdatedAt,
        VisibleAt = message.VisibleAt,
        Attempt = message.Attempt,
        Worker = message.Worker,
        Error = message.Error,
    };

    public IndexedMessage ToMessage() => new()
    {
        Queue = Queue,
        Id = Id,
        Life = Life,
        Version = Version,
        State = State,
        Priority = Priority,
        Deadline = Deadline,
        Metadata = MetadataField.Read(Metadata),
        EnqueuedAt = EnqueuedAt,
        UpdatedAt = UpdatedAt,
        VisibleAt = VisibleAt,
        Attempt = Attempt,
        Worker = Worker,
        Error = Error,
    };
}
