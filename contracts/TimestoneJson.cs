using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>
/// The wire format: camelCase, nothing unknown, nothing missing, nothing null that may not be. Server and client share it.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    MaxDepth = Json.RawJson.MostLevels,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(QueueSettings))]
[JsonSerializable(typeof(QueueSettingsPatch))]
[JsonSerializable(typeof(QueueInfo))]
[JsonSerializable(typeof(QueuePage))]
[JsonSerializable(typeof(QueueStats))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(MessageList))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(MessageResult))]
[JsonSerializable(typeof(ResultList))]
[JsonSerializable(typeof(DequeueRequest))]
[JsonSerializable(typeof(DequeueResult))]
[JsonSerializable(typeof(ItemList<Settlement>), TypeInfoPropertyName = "Settlements")]
[JsonSerializable(typeof(ItemList<LeaseExtension>), TypeInfoPropertyName = "LeaseExtensions")]
[JsonSerializable(typeof(ItemList<Cancellation>), TypeInfoPropertyName = "Cancellations")]
[JsonSerializable(typeof(LeaseWatch))]
[JsonSerializable(typeof(CountAnswer))]
[JsonSerializable(typeof(StateCounts))]
[JsonSerializable(typeof(IndexedMessage))]
[JsonSerializable(typeof(Transition))]
[JsonSerializable(typeof(SearchPage))]
[JsonSerializable(typeof(MessageHistory))]
[JsonSerializable(typeof(SearchStats))]
[JsonSerializable(typeof(TimestoneError))]
[JsonSerializable(typeof(CreateQueueResult))]
[JsonSerializable(typeof(MessageSearch))]
[JsonSerializable(typeof(HistoryRequest))]
[JsonSerializable(typeof(StatsRequest))]
[JsonSerializable(typeof(StreamEvent))]
public sealed partial class TimestoneJson : JsonSerializerContext;
