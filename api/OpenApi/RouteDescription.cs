namespace Timestone.Api;

/// <summary>What the OpenAPI document says of a route; stands in the endpoint's metadata.</summary>
internal sealed class RouteDescription(string operationId, string summary)
{
    public string OperationId { get; } = operationId;

    public string Summary { get; } = summary;

    /// <summary>Names of query parameters.</summary>
    public string[] Query { get; set; } = [];

    /// <summary>The body is one of these; none when there is no body.</summary>
    public Type[] Bodies { get; set; } = [];

    public bool BodyIsOptional { get; set; }

    /// <summary>Success, by status: the answer is one of these types, or empty.</summary>
    public Dictionary<int, Type[]> Answers { get; } = [];

    /// <summary>What it refuses with, beyond what every route does.</summary>
    public ErrorCode[] Errors { get; set; } = [];
}
