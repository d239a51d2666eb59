using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;
using Timestone.Json;

namespace Timestone.Grains.Wire;

/// <summary>
/// A record as the JSON that it is over REST: for what is told once a call and not once a message. A reader passes over properties that it
/// does not know, and optional ones that are absent have their defaults, so that silos of two versions understand each other.
/// </summary>
/// <remarks>
/// <para>So whatever is added to a record must be optional. A value that is added to an enum must be readable one version before it is
/// sent.</para>
/// <para>Within a silo the record is shared and not copied: it does not change once it is made.</para>
/// </remarks>
internal sealed class JsonCodec<T> : ShallowCopier<T>, IFieldCodec<T>
    where T : class
{
    private static readonly JsonTypeInfo<T> Format = (JsonTypeInfo<T>)AnswerJson.Default.Options.GetTypeInfo(typeof(T));

    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer,
        uint fieldIdDelta,
        [AllowNull] Type expectedType,
        [AllowNull] T value
    )
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value))
            return;
        var json = JsonSerializer.SerializeToUtf8Bytes(value, Format);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(T), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)json.Length);
        writer.Write(json);
    }

    [return: MaybeNull]
    public T ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
            return ReferenceCodec.ReadReference<T, TInput>(ref reader, field);
        field.EnsureWireType(WireType.LengthPrefixed);
        var value = JsonSerializer.Deserialize(reader.ReadBytes(reader.ReadVarUInt32()), Format)!;
        ReferenceCodec.RecordObject(reader.Session, value);
        return value;
    }
}
