namespace Timestone.Journals.Redis;

/// <summary>Who serves what is in a Redis.</summary>
/// <param name="Kind"><see cref="Server"/> or <see cref="Silos"/>.</param>
/// <param name="Name">The server's or the cluster's name.</param>
/// <param name="Token">What tells this holder from others, of the same name too. Silos of one cluster share it.</param>
/// <param name="Url">Where the server says that callers reach it; null where it does not say.</param>
public sealed record LeaseHolder(string Kind, string Name, string Token, string? Url = null)
{
    /// <summary>One server, alone.</summary>
    public const string Server = "server";

    /// <summary>All silos of a cluster together.</summary>
    public const string Silos = "silos";
}
