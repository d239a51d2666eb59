namespace Timestone.Engine;

/// <summary>A journal has no room for what it was asked to write, and has written nothing: the rest goes on as before.</summary>
public sealed class JournalFullException(string message, Exception? innerException = null) : IOException(message, innerException);
