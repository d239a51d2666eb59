using System.Text.Json;
using System.Text.Json.Serialization;

namespace Timestone.Json;

/// <summary>Enums by name, in snake case; numbers are refused.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
