using System.Text.Json;
using Timestone.Json;

namespace Timestone.Grains.Wire;

/// <summary><see cref="SearchStats"/> on the wire: as JSON, since it is told once a search and not once a message.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.searchStats")]
internal struct WireSearchStats
{
    [Id(0)]
    public byte[] Json;
}

[RegisterConverter]
internal sealed class SearchStatsConverter : IConverter<SearchStats, WireSearchStats>
{
    public SearchStats ConvertFromSurrogate(in WireSearchStats wire) => JsonSerializer.Deserialize(wire.Json, AnswerJson.Default.SearchStats)!;

    public WireSearchStats ConvertToSurrogate(in SearchStats value) => new() { Json = JsonSerializer.SerializeToUtf8Bytes(value, TimestoneJson.Default.SearchStats) };
}
