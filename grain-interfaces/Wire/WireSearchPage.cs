using System.Text.Json;
using Timestone.Json;

namespace Timestone.Grains.Wire;

/// <summary><see cref="SearchPage"/> on the wire: as JSON, since it is told once a search and not once a message.</summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.searchPage")]
internal struct WireSearchPage
{
    [Id(0)]
    public byte[] Json;
}

[RegisterConverter]
internal sealed class SearchPageConverter : IConverter<SearchPage, WireSearchPage>
{
    public SearchPage ConvertFromSurrogate(in WireSearchPage wire) => JsonSerializer.Deserialize(wire.Json, AnswerJson.Default.SearchPage)!;

    public WireSearchPage ConvertToSurrogate(in SearchPage value) => new() { Json = JsonSerializer.SerializeToUtf8Bytes(value, TimestoneJson.Default.SearchPage) };
}
