using System.Text.Json.Serialization;

namespace Timestone.Bench.Rest;

[JsonSerializable(typeof(LoadPlan))]
[JsonSerializable(typeof(Dictionary<string, LoadResult>))]
internal sealed partial class RestJson : JsonSerializerContext;
