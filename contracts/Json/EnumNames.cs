using System.Collections.Frozen;
using System.Text.Json;

namespace Timestone.Json;

/// <summary>What the values of enums are called wherever they are told: in JSON, in queries, in metrics, to people. Snake case.</summary>
public static class EnumNames
{
    /// <summary>The name of a value; of one that is not defined, its number.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue.TryGetValue(value, out var name) ? name : value.ToString();

    /// <summary>All names, in the order of their values.</summary>
    public static IEnumerable<string> All<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    /// <summary>The value of a name; null where no value has it.</summary>
    public static T? Find<T>(string? name)
        where T : struct, Enum => name is not null && Names<T>.ByName.TryGetValue(name, out var value) ? value : null;

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue = Enum.GetValues<T>()
            .ToFrozenDictionary(static value => value, static value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

        public static readonly FrozenDictionary<string, T> ByName = ByValue.ToFrozenDictionary(
            static each => each.Value,
            static each => each.Key,
            StringComparer.Ordinal
        );
    }
}
