using System.Text.Json.Nodes;

namespace Timestone.Tests.Elasticsearch;

/// <summary>A document, or with no source what is remembered of one that was deleted.</summary>
internal sealed record StandInDocument(string Id, long Version, JsonObject? Source);
