namespace Timestone.Client;

/// <summary>Thrown by a handler when another attempt would be pointless: the message is errored at once.</summary>
public sealed class PermanentFailureException(string message, Exception? innerException = null) : Exception(message, innerException);
