using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Client.Http;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext;
