using System.Text.Json;
using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The wire types that only the routes know, under the rules of <see cref="TimestoneJson"/>.</summary>
[JsonSerializable(typeof(CompleteBody))]
[JsonSerializable(typeof(FailBody))]
[JsonSerializable(typeof(ReleaseBody))]
[JsonSerializable(typeof(ExtendBody))]
[JsonSerializable(typeof(CancelBody))]
[JsonSerializable(typeof(NoBody))]
[JsonSerializable(typeof(ItemList<CompleteItem>), TypeInfoPropertyName = "CompleteItems")]
[JsonSerializable(typeof(ItemList<FailItem>), TypeInfoPropertyName = "FailItems")]
[JsonSerializable(typeof(ItemList<ReleaseItem>), TypeInfoPropertyName = "ReleaseItems")]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(Health))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The types under those rules, which <see cref="Default"/> does not have.</summary>
    public static ApiJson Wire { get; } = new(new JsonSerializerOptions(TimestoneJson.Default.Options));
}
