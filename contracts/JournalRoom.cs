using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>What a journal, which makes queues durable, has room for.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<JournalRoom>))]
public enum JournalRoom
{
    /// <summary>Everything.</summary>
    Ample = 0,

    /// <summary>
    /// Only work on the messages that it holds: no new messages and queues, no settings, redrives and progress, and long error
    /// texts are cut.
    /// </summary>
    WorkOnly = 1,

    /// <summary>Only what ends messages and leases, and extensions: no new leases either.</summary>
    SettleOnly = 2,
}
