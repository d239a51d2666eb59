namespace Timestone.Grains.Wire;

/// <summary><see cref="MessageSearch"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.messageSearch")]
internal struct WireMessageSearch
{
    [Id(0)]
    public string? Queue;

    [Id(1)]
    public MessageState? State;

    [Id(2)]
    public Metadata Metadata;

    [Id(3)]
    public string? Worker;

    [Id(4)]
    public string? Error;

    [Id(5)]
    public long? MinPriority;

    [Id(6)]
    public long? MaxPriority;

    [Id(7)]
    public DateTimeOffset? EnqueuedFrom;

    [Id(8)]
    public DateTimeOffset? EnqueuedBefore;

    [Id(9)]
    public DateTimeOffset? UpdatedFrom;

    [Id(10)]
    public DateTimeOffset? UpdatedBefore;

    [Id(11)]
    public SearchOrder Order;

    [Id(12)]
    public bool Descending;

    [Id(13)]
    public string? Cursor;

    [Id(14)]
    public int Limit;

    [Id(15)]
    public IndexedWrite? After;

    [Id(16)]
    public TimeSpan Wait;
}

[RegisterConverter]
internal sealed class MessageSearchConverter : IConverter<MessageSearch, WireMessageSearch>
{
    public MessageSearch ConvertFromSurrogate(in WireMessageSearch wire) => new()
    {
        Queue = wire.Queue,
        State = wire.State,
        Metadata = wire.Metadata,
        Worker = wire.Worker,
        Error = wire.Error,
        MinPriority = wire.MinPriority,
        MaxPriority = wire.MaxPriority,
        EnqueuedFrom = wire.EnqueuedFrom,
        EnqueuedBefore = wire.EnqueuedBefore,
        UpdatedFrom = wire.UpdatedFrom,
        UpdatedBefore = wire.UpdatedBefore,
        Order = wire.Order,
        Descending = wire.Descending,
        Cursor = wire.Cursor,
        Limit = wire.Limit,
        After = wire.After,
        Wait = wire.Wait,
    };

    public WireMessageSearch ConvertToSurrogate(in MessageSearch value) => new()
    {
        Queue = value.Queue,
        State = value.State,
        Metadata = value.Metadata,
        Worker = value.Worker,
        Error = value.Error,
        MinPriority = value.MinPriority,
        MaxPriority = value.MaxPriority,
        EnqueuedFrom = value.EnqueuedFrom,
        EnqueuedBefore = value.EnqueuedBefore,
        UpdatedFrom = value.UpdatedFrom,
        UpdatedBefore = value.UpdatedBefore,
        Order = value.Order,
        Descending = value.Descending,
        Cursor = value.Cursor,
        Limit = value.Limit,
        After = value.After,
        Wait = value.Wait,
    };
}
