namespace Timestone.Grains.Wire;

/// <summary>
/// <see cref="Metadata"/> on the wire. Ids are never used again; what is added later must mean the default when it is absent.
/// </summary>
[GenerateSerializer, Immutable, Alias("timestone.wire.metadata")]
internal struct WireMetadata
{
    [Id(0)]
    public string[] Pairs;
}

[RegisterConverter]
internal sealed class MetadataConverter : IConverter<Metadata, WireMetadata>
{
    public Metadata ConvertFromSurrogate(in WireMetadata wire) => From(wire.Pairs);

    public WireMetadata ConvertToSurrogate(in Metadata value) => new()
    {
        Pairs = ToArray(value.Pairs),
    };

    // Key, value, key, value: a quarter of the bytes that pairs take.
    private static Metadata From(string[] flat) => flat is []
        ? Metadata.Empty
        : Metadata.From(Enumerable.Range(0, flat.Length / 2).Select(i => KeyValuePair.Create(flat[2 * i], flat[(2 * i) + 1])));

    private static string[] ToArray(ReadOnlySpan<KeyValuePair<string, string>> pairs)
    {
        if (pairs.IsEmpty)
            return [];
        var flat = new string[2 * pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
            (flat[2 * i], flat[(2 * i) + 1]) = (pairs[i].Key, pairs[i].Value);
        return flat;
    }
}
