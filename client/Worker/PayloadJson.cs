using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Timestone.Client.Worker;

/// <summary>How typed payloads become JSON and back.</summary>
internal static class PayloadJson
{
    private static JsonSerializerOptions Default => field ??= Ready(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>How a type is read and written.</summary>
    /// <param name="json">The options; null for the web's defaults by reflection.</param>
    /// <exception cref="NotSupportedException">The options do not know the type.</exception>
    public static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions? json) =>
        (JsonTypeInfo<T>)Ready(json ?? Default).GetTypeInfo(typeof(T));

    /// <summary>Checks that the options know the payloads of a handler, before it meets a message.</summary>
    /// <exception cref="NotSupportedException">The options do not know a type.</exception>
    public static void CheckTypesOf(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.Interfaces)] Type handler,
        JsonSerializerOptions? json
    )
    {
        foreach (var type in handler.GetInterfaces())
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IMessageHandler<>))
                Ready(json ?? Default).GetTypeInfo(type.GenericTypeArguments[0]);
        }
    }

    // As ASP.NET Core does it: publishing a trimmed program turns reflection off, and this branch is not in it.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Behind the switch that trimming turns off.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Behind the switch that trimming turns off.")]
    private static JsonSerializerOptions Ready(JsonSerializerOptions options)
    {
        if (JsonSerializer.IsReflectionEnabledByDefault && !options.IsReadOnly)
            options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
