using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>Documents as JSON. What a later version has added is passed over.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CurrentDocument))]
[JsonSerializable(typeof(HistoricDocument))]
[JsonSerializable(typeof(MessageState))]
[JsonSerializable(typeof(TransitionCause))]
internal sealed partial class DocumentJson : JsonSerializerContext;
