namespace Timestone.Engine;

/// <summary>What the store holds of a queue cannot be understood. Other queues are not concerned.</summary>
public sealed class QueueDamagedException(string message, Exception problem) : IOException(message, problem);
