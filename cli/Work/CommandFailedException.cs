namespace Timestone.Cli;

/// <summary>A command ended with an exit code other than 0; the message is what becomes the queue message's error.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
