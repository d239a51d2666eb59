using System.Net;

namespace Timestone.Client.Http;

/// <summary>What a server answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpReply(HttpStatusCode Status, byte[] Body);
