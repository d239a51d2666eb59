namespace Timestone.Journals.Files;

/// <summary>What a start of a <see cref="FileJournal"/> found, or would find.</summary>
/// <param name="Segments">Segments read.</param>
/// <param name="Bytes">Bytes of log in them.</param>
/// <param name="Queues">Queues that exist.</param>
/// <param name="Messages">Messages in them, those that have ended and are kept included.</param>
/// <param name="IsCleanEnd">Whether the journal was stopped in order before; false after a crash, and of a new one.</param>
/// <param name="IsNew">Whether no start of it ever came to write its log: there was nothing in the directory, or a first start ended
/// early.</param>
/// <param name="TornTail">The torn tail that is cut off; null when there is none.</param>
/// <param name="Losses">
/// What became durable and is lost, a sentence each; empty when all is there. Where there is something a start refuses, unless
/// <see cref="FileJournalOptions.AcceptDataLoss"/>.
/// </param>
/// <param name="Duration">How long reading took.</param>
public sealed record RecoveryReport(
    int Segments,
    long Bytes,
    int Queues,
    long Messages,
    bool IsCleanEnd,
    bool IsNew,
    TornTail? TornTail,
    IReadOnlyList<string> Losses,
    TimeSpan Duration
);
