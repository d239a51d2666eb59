namespace Timestone.Client.Worker;

/// <summary>Exchanges ended work for new messages.</summary>
internal interface IPump
{
    /// <summary>Fetches and settles until the worker stops.</summary>
    /// <param name="stopping">Ends the fetching.</param>
    /// <param name="deadline">Ends a request that is under way.</param>
    Task RunAsync(CancellationToken stopping, CancellationToken deadline);

    /// <summary>Settles until nothing is held any more.</summary>
    Task DrainAsync();

    /// <summary>Whether a handler may begin with a message.</summary>
    ValueTask<bool> MayBeginAsync(HeldLease lease);

    /// <summary>Extends leases.</summary>
    /// <exception cref="TimestoneException">None was extended, as far as is known.</exception>
    Task<IReadOnlyList<MessageResult>> ExtendAsync(IReadOnlyList<LeaseExtension> extensions, CancellationToken cancellationToken);
}
