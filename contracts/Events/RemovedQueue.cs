using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone;

/// <summary>A queue that is gone with all its messages.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="CreatedAt">When it had been created: its messages' lives begin with this in Unix milliseconds and a hyphen.</param>
public sealed record RemovedQueue(string Queue, [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset CreatedAt);
