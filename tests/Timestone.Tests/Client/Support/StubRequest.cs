using System.Text.Json.Nodes;

namespace Timestone.Tests.Client.Support;

internal sealed record StubRequest(string Method, string PathAndQuery, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public override string ToString() => $"{Method} {PathAndQuery}";
}
