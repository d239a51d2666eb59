namespace Timestone.Client.Http;

/// <summary>A request that can be sent any number of times.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, relative to the server's address.</param>
/// <param name="Body">Its JSON; null when it has none.</param>
/// <param name="Wait">How long the server may take by the caller's own wish.</param>
/// <param name="RetryRefusals">Whether it is sent again when the server answers that it is unavailable.</param>
internal sealed record HttpCall(HttpMethod Method, string Path, byte[]? Body = null, TimeSpan Wait = default, bool RetryRefusals = true);
