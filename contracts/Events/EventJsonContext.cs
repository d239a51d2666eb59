using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>
/// What <see cref="EventJson"/> is made of: nothing missing, nothing null that may not be, but unknown properties passed over.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    MaxDepth = Json.RawJson.MostLevels,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(StreamEvent))]
internal sealed partial class EventJsonContext : JsonSerializerContext;
