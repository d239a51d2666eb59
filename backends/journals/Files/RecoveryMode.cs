namespace Timestone.Journals.Files;

/// <summary>What recovery does when something that became durable is lost.</summary>
internal enum RecoveryMode
{
    /// <summary>Refuses, and leaves the disk as it is.</summary>
    Refuse,

    /// <summary>Goes on with what is left.</summary>
    Accept,

    /// <summary>Looks at everything and changes nothing.</summary>
    Look,
}
