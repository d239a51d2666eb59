namespace Timestone.Journals.Files;

/// <summary>How far a reader of the outbox is, or one that is not open now. Guarded by its <see cref="FileOutbox"/>.</summary>
/// <param name="file">Where that is remembered; null when it is not.</param>
/// <param name="position">Where it begins.</param>
internal sealed class OutboxPlace(CursorFile? file, LogPosition position)
{
    /// <summary>Where it is remembered.</summary>
    public CursorFile? File => file;

    /// <summary>Up to where it has acknowledged.</summary>
    public LogPosition Acknowledged { get; set; } = position;

    /// <summary>From where on it may need the log, also after a crash.</summary>
    public LogPosition Needed => file?.Saved ?? Acknowledged;

    /// <summary>Whether somebody reads.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Makes durable how far it is, where that has changed.</summary>
    public void Save()
    {
        if (file is not null && file.Saved != Acknowledged)
            file.Save(Acknowledged);
    }
}
