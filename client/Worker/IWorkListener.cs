namespace Timestone.Client.Worker;

/// <summary>Is told what a stream brings. Not several calls at a time.</summary>
internal interface IWorkListener
{
    /// <summary>Messages are leased.</summary>
    /// <param name="messages">The messages, best first.</param>
    /// <param name="held">How long ago their leases began, at most.</param>
    void Leased(IReadOnlyList<Message> messages, TimeSpan held);

    /// <summary>A lease is lost.</summary>
    /// <param name="token">The lease's token.</param>
    /// <param name="result">Why, and how its message stands.</param>
    void Lost(string token, MessageResult result);
}
