using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>How a command ended, and so what its message is to become.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CommandEnd>))]
internal enum CommandEnd
{
    /// <summary>Exit code 0: the message is completed.</summary>
    Completed = 0,

    /// <summary>Another exit code: the attempt failed.</summary>
    Failed = 1,

    /// <summary>An exit code that says that trying again is pointless: the message is errored.</summary>
    FailedForGood = 2,

    /// <summary>Killed, as the lease was lost or the user asked twice to stop: says nothing of the message.</summary>
    Killed = 3,
}
