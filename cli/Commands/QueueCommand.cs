using System.CommandLine;

namespace Timestone.Cli;

/// <summary><c>timestone queue …</c></summary>
internal static class QueueCommand
{
    public static Command Create(CliHost host) => new("queue", "Creates, shows, changes and deletes queues.")
    {
        new QueueCreateCommand(host),
        new QueueListCommand(host),
        new QueueShowCommand(host),
        new QueueUpdateCommand(host),
        new QueueBlockCommand(host, block: true),
        new QueueBlockCommand(host, block: false),
        new QueuePurgeCommand(host),
        new QueueDeleteCommand(host),
    };
}
