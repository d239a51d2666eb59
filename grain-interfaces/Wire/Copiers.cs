using Orleans.Serialization.Cloning;

namespace Timestone.Grains.Wire;

// Within a silo Orleans copies what calls carry. The contracts' records do not change once they are made, so they are shared instead.

[RegisterCopier]
internal sealed class BackoffCopier : ShallowCopier<Backoff>;

[RegisterCopier]
internal sealed class BackoffPatchCopier : ShallowCopier<BackoffPatch>;

[RegisterCopier]
internal sealed class CancellationCopier : ShallowCopier<Cancellation>;

[RegisterCopier]
internal sealed class CreateQueueResultCopier : ShallowCopier<CreateQueueResult>;

[RegisterCopier]
internal sealed class DequeueRequestCopier : ShallowCopier<DequeueRequest>;

[RegisterCopier]
internal sealed class DequeueResultCopier : ShallowCopier<DequeueResult>;

[RegisterCopier]
internal sealed class LatenessCopier : ShallowCopier<Lateness>;

[RegisterCopier]
internal sealed class LeaseExtensionCopier : ShallowCopier<LeaseExtension>;

[RegisterCopier]
internal sealed class MessageCopier : ShallowCopier<Message>;

[RegisterCopier]
internal sealed class MessagePageCopier : ShallowCopier<MessagePage>;

[RegisterCopier]
internal sealed class MessageResultCopier : ShallowCopier<MessageResult>;

[RegisterCopier]
internal sealed class MetadataCopier : ShallowCopier<Metadata>;

[RegisterCopier]
internal sealed class NewMessageCopier : ShallowCopier<NewMessage>;

[RegisterCopier]
internal sealed class QueueInfoCopier : ShallowCopier<QueueInfo>;

[RegisterCopier]
internal sealed class QueuePageCopier : ShallowCopier<QueuePage>;

[RegisterCopier]
internal sealed class QueueRatesCopier : ShallowCopier<QueueRates>;

[RegisterCopier]
internal sealed class RemovalCountsCopier : ShallowCopier<RemovalCounts>;

[RegisterCopier]
internal sealed class QueueSettingsCopier : ShallowCopier<QueueSettings>;

[RegisterCopier]
internal sealed class QueueSettingsPatchCopier : ShallowCopier<QueueSettingsPatch>;

[RegisterCopier]
internal sealed class QueueStatsCopier : ShallowCopier<QueueStats>;

[RegisterCopier]
internal sealed class SettlementCopier : ShallowCopier<Settlement>;

[RegisterCopier]
internal sealed class StateCountsCopier : ShallowCopier<StateCounts>;

[RegisterCopier]
internal sealed class TimestoneErrorCopier : ShallowCopier<TimestoneError>;

[RegisterCopier]
internal sealed class PayloadCopier : ShallowCopier<Payload>;

[RegisterCopier]
internal sealed class HistoryRequestCopier : ShallowCopier<HistoryRequest>;

[RegisterCopier]
internal sealed class IndexedWriteCopier : ShallowCopier<IndexedWrite>;

[RegisterCopier]
internal sealed class MessageHistoryCopier : ShallowCopier<MessageHistory>;

[RegisterCopier]
internal sealed class MessageSearchCopier : ShallowCopier<MessageSearch>;

[RegisterCopier]
internal sealed class SearchPageCopier : ShallowCopier<SearchPage>;

[RegisterCopier]
internal sealed class SearchStatsCopier : ShallowCopier<SearchStats>;

[RegisterCopier]
internal sealed class StatsRequestCopier : ShallowCopier<StatsRequest>;

[RegisterCopier]
internal sealed class BatchCopier<T> : ShallowCopier<Batch<T>>
    where T : class;
