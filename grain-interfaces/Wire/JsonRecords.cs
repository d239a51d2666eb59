using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Timestone.Grains.Wire;

[assembly: TypeManifestProvider(typeof(JsonRecords))]

namespace Timestone.Grains.Wire;

/// <summary>The records that grains are told or tell as JSON.</summary>
internal sealed class JsonRecords : TypeManifestProviderBase
{
    /// <summary>The codec of each.</summary>
    public static IReadOnlyList<Type> Codecs { get; } =
    [
        typeof(JsonCodec<Cancellation>),
        typeof(JsonCodec<CreateQueueResult>),
        typeof(JsonCodec<HistoryRequest>),
        typeof(JsonCodec<LeaseExtension>),
        typeof(JsonCodec<LeaseReference>),
        typeof(JsonCodec<Message>),
        typeof(JsonCodec<MessageHistory>),
        typeof(JsonCodec<MessagePage>),
        typeof(JsonCodec<MessageResult>),
        typeof(JsonCodec<MessageSearch>),
        typeof(JsonCodec<NewMessage>),
        typeof(JsonCodec<QueueInfo>),
        typeof(JsonCodec<QueuePage>),
        typeof(JsonCodec<QueueSettings>),
        typeof(JsonCodec<QueueSettingsPatch>),
        typeof(JsonCodec<QueueStats>),
        typeof(JsonCodec<SearchPage>),
        typeof(JsonCodec<SearchStats>),
        typeof(JsonCodec<Settlement>),
        typeof(JsonCodec<StateCounts>),
        typeof(JsonCodec<StatsRequest>),
        typeof(JsonCodec<TimestoneError>),
    ];

    protected override void ConfigureInner(TypeManifestOptions config)
    {
        config.Serializers.UnionWith(Codecs);
        config.Copiers.UnionWith(Codecs);
        // What has a codec of its own is shared within a silo, too.
        config.Copiers.UnionWith([
            typeof(ShallowCopier<DequeueRequest>),
            typeof(ShallowCopier<DequeueResult>),
            typeof(ShallowCopier<Metadata>),
        ]);
    }
}
