namespace Timestone.Grains;

/// <summary>A list of records, packed on the wire: for those of which each message has one. Not to be changed any more.</summary>
/// <param name="items">The records: <see cref="NewMessage"/>, <see cref="MessageResult"/>, <see cref="Settlement"/> or
/// <see cref="Message"/>.</param>
[Alias("timestone.batch`1")]
public sealed class Batch<T>(IReadOnlyList<T> items)
    where T : class
{
    /// <summary>The records.</summary>
    public IReadOnlyList<T> Items => items;
}
