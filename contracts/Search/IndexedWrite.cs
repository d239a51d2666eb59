namespace Timestone;

/// <summary>
/// A write as its answer told of it, for reads of the index to include: the message's version that the answer gave, or any later one. A
/// message's removal counts as one version more. Where an id was used again, the message is meant that has it now if it has come to that
/// version; else one that had it before, and any of those will do. On the command line and in addresses it is written
/// <c>queue/id/version</c>.
/// </summary>
/// <param name="Queue">The message's queue.</param>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version after the write, from 1.</param>
public sealed record IndexedWrite(string Queue, string Id, int Version)
{
    /// <summary>How long a read waits for a write where it does not say.</summary>
    public static TimeSpan DefaultWait => TimeSpan.FromSeconds(10);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is nothing of the kind.</exception>
    public static IndexedWrite Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (
            text.Split('/') is [var queue, var id, var number]
            && int.TryParse(
                number,
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var version
            )
        )
            return new IndexedWrite(queue, id, version);
        throw Validation.Invalid("after", "after is a write as queue/id/version.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Queue}/{Id}/{Version}";
}
