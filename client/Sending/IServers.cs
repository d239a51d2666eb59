namespace Timestone.Client.Sending;

/// <summary>Tells how the servers of a client answer.</summary>
internal interface IServers
{
    /// <summary>
    /// After a try: with null when it was answered, and with why not when none of the addresses answered, one after the other.
    /// </summary>
    event Action<string?>? Tried;
}
