using Timestone.Bytes;

namespace Timestone.Grains.Wire;

/// <summary>How records of a type are written into a <see cref="Batch{T}"/>.</summary>
internal abstract class Packing<T>
    where T : class
{
    /// <summary>Writes a record.</summary>
    /// <param name="bytes">To be written to.</param>
    /// <param name="record">The record.</param>
    /// <param name="before">The one before it, whose metadata need not be repeated; null for the first.</param>
    public abstract void Write(ByteWriter bytes, T record, T? before);

    /// <summary>Reads a record.</summary>
    /// <param name="bytes">To be read from.</param>
    /// <param name="before">The one before it; null for the first.</param>
    public abstract T Read(ref ByteReader bytes, T? before);
}

/// <summary>The packings that there are.</summary>
internal static class Packing
{
    private static readonly Dictionary<Type, object> All = new()
    {
        [typeof(NewMessage)] = new NewMessagePacking(),
        [typeof(MessageResult)] = new MessageResultPacking(),
        [typeof(Settlement)] = new SettlementPacking(),
        [typeof(Message)] = new MessagePacking(),
    };

    /// <summary>Types that batches can be of.</summary>
    public static IReadOnlyCollection<Type> Types => All.Keys;

    /// <summary>The packing of a type.</summary>
    public static Packing<T> Of<T>()
        where T : class => (Packing<T>)All[typeof(T)];
}
