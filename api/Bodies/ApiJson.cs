using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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

    /// <summary>
    /// The types of <see cref="TimestoneJson"/> as a request may bring them: a patch with null in it is refused. A merge patch (RFC 7396)
    /// removes with null, but a setting cannot be removed, and null read as "stays as it is" would leave a caller's mistake unseen.
    /// </summary>
    public static IJsonTypeInfoResolver Requests { get; } = TimestoneJson.Default.WithAddedModifier(static type =>
    {
        if (type.Type != typeof(QueueSettingsPatch) && type.Type != typeof(BackoffPatch))
            return;
        foreach (var property in type.Properties)
            property.IsSetNullable = false;
    });

    /// <summary>A change of settings.</summary>
    public static JsonTypeInfo<QueueSettingsPatch> Patch { get; } =
        (JsonTypeInfo<QueueSettingsPatch>)
            new JsonSerializerOptions(TimestoneJson.Default.Options) { TypeInfoResolver = Requests }.GetTypeInfo(
                typeof(QueueSettingsPatch)
            );
}
