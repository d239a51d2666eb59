namespace Timestone.Client.Worker;

/// <summary>Servers that can feed a worker by a stream, instead of a request for each exchange.</summary>
internal interface IWorkStreams
{
    /// <summary>How many addresses they have.</summary>
    int Addresses { get; }

    /// <summary>Opens a stream to the server at the address of an index. What is wrong with it ends it.</summary>
    IWorkStream Open(int address, string queue, TimestoneWorkerOptions options, IWorkListener listener);
}
