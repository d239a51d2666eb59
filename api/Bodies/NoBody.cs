namespace Timestone.Api;

/// <summary>The body of a route that takes nothing: absent, or an empty object.</summary>
internal sealed record NoBody
{
    public static NoBody Instance { get; } = new();
}
