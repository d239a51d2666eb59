using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;
using Timestone.Bytes;

namespace Timestone.Grains.Wire;

/// <summary>
/// Batches as one run of bytes. Field by field, with a type and a reference for each, 100 messages and their results took 92 µs to
/// write and read, twice what their queue takes for them; so they take 20.
/// </summary>
/// <remarks>
/// The bytes are the count, the records one after another, and whatever later versions add behind them, for all records
/// once more in order: a reader that does not know that skips it, and where it is absent it has its default. What a record
/// begins with cannot change.
/// </remarks>
[RegisterSerializer, RegisterCopier]
internal sealed class BatchCodec<T> : ShallowCopier<Batch<T>>, IFieldCodec<Batch<T>>
    where T : class
{
    [ThreadStatic]
    private static ByteWriter? s_writer;

    private readonly Packing<T> _packing = Packing.Of<T>();

    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer,
        uint fieldIdDelta,
        [AllowNull] Type expectedType,
        [AllowNull] Batch<T> value
    )
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value))
            return;
        var bytes = s_writer ??= new ByteWriter();
        bytes.Clear();
        var items = value.Items;
        bytes.Varint((ulong)items.Count);
        for (var i = 0; i < items.Count; i++)
            _packing.Write(bytes, items[i], i == 0 ? null : items[i - 1]);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(Batch<T>), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)bytes.Written.Length);
        writer.Write(bytes.Written);
        bytes.Release();
    }

    [return: MaybeNull]
    public Batch<T> ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
            return ReferenceCodec.ReadReference<Batch<T>, TInput>(ref reader, field);
        field.EnsureWireType(WireType.LengthPrefixed);
        var length = reader.ReadVarUInt32();
        var batch = new Batch<T>(reader.TryReadBytes((int)length, out var bytes) ? Read(bytes) : Read(reader.ReadBytes(length)));
        ReferenceCodec.RecordObject(reader.Session, batch);
        return batch;
    }

    private T[] Read(ReadOnlySpan<byte> packed)
    {
        var bytes = new ByteReader(packed);
        var count = bytes.Int();
        if (count > packed.Length)
            throw new InvalidDataException("A list is longer than its bytes.");
        var records = new T[count];
        for (var i = 0; i < count; i++)
            records[i] = _packing.Read(ref bytes, i == 0 ? null : records[i - 1]);
        return records;
    }
}
