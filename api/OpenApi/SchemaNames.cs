namespace Timestone.Api;

/// <summary>What a type is called in the OpenAPI document.</summary>
internal static class SchemaNames
{
    /// <summary>The type's name; a list's with that of its items: <c>ItemListOfSettlement</c>.</summary>
    public static string Of(Type type) =>
        type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}Of{string.Concat(type.GenericTypeArguments.Select(Of))}"
            : type.Name;
}
