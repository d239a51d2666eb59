using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>A document of a historic index.</summary>
internal sealed record HistoricDocument
{
    public required string Queue { get; init; }

    public required string Id { get; init; }

    public required string Life { get; init; }

    public required long LifeCreatedAt { get; init; }

    public required long LifeSequence { get; init; }

    public required int Version { get; init; }

    public MessageState? From { get; init; }

    public MessageState? To { get; init; }

    public required TransitionCause Cause { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset At { get; init; }

    public long? MillisInFrom { get; init; }

    public required int Attempt { get; init; }

    public string? Worker { get; init; }

    public string? Error { get; init; }

    public required long Priority { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Deadline { get; init; }

    public bool MissedDeadline { get; init; }

    public required string[] Metadata { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>A payload that is JSON, as text: as an object its fields would be looked at.</summary>
    public string? Payload { get; init; }

    public byte[]? PayloadBase64 { get; init; }

    /// <summary>The id of the document of a transition.</summary>
    public static string IdOf(Transition transition) =>
        string.Create(CultureInfo.InvariantCulture, $"{transition.Queue}/{transition.Id}/{transition.Life}/{transition.Version}");

    public static HistoricDocument Of(Transition transition, MessageLife life) => new()
    {
        Queue = transition.Queue,
        Id = transition.Id,
        Life = transition.Life,
        LifeCreatedAt = life.CreatedAt,
        LifeSequence = life.Sequence,
        Version = transition.Version,
        From = transition.From,
        To = transition.To,
        Cause = transition.Cause,
        At = transition.At,
        // Percentiles are made for numbers that are not negative.
        MillisInFrom = transition.InFrom is { } time ? Math.Max(0, time.Ticks / TimeSpan.TicksPerMillisecond) : null,
        Attempt = transition.Attempt,
        Worker = transition.Worker,
        Error = transition.Error,
        Priority = transition.Priority,
        Deadline = transition.Deadline,
        MissedDeadline = transition.MissedDeadline,
        Metadata = MetadataField.Of(transition.Metadata),
        EnqueuedAt = transition.EnqueuedAt,
        Payload = transition.Payload.Kind == PayloadKind.Json ? Encoding.UTF8.GetString(transition.Payload.Bytes.Span) : null,
        PayloadBase64 = transition.Payload.Kind == PayloadKind.Bytes ? transition.Payload.Bytes.ToArray() : null,
    };

    public Transition ToTransition() => new()
    {
        Queue = Queue,
        Id = Id,
        Life = Life,
        Version = Version,
        From = From,
        To = To,
        Cause = Cause,
        At = At,
        InFrom = MillisInFrom is { } time ? TimeSpan.FromMilliseconds(time) : null,
        Attempt = Attempt,
        Worker = Worker,
        Error = Error,
        Priority = Priority,
        Deadline = Deadline,
        MissedDeadline = MissedDeadline,
        Metadata = MetadataField.Read(Metadata),
        EnqueuedAt = EnqueuedAt,
        Payload = (Payload, PayloadBase64) switch
        {
            ({ } json, _) => Timestone.Payload.FromStored(PayloadKind.Json, Encoding.UTF8.GetBytes(json)),
            (_, { } bytes) => Timestone.Payload.FromBytes(bytes),
            _ => default,
        },
    };
}
