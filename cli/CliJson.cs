using System.Text.Json;
using System.Text.Json.Serialization;
using Timestone.Indexing.Elasticsearch;
using Timestone.Journals.Files;
using Timestone.Journals.Redis;

namespace Timestone.Cli;

/// <summary>The answers that only this program gives; all others are those of the wire.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DeletedQueue))]
[JsonSerializable(typeof(IndexVerdict))]
[JsonSerializable(typeof(Inspection))]
[JsonSerializable(typeof(Metadata))]
[JsonSerializable(typeof(RebuildReport))]
[JsonSerializable(typeof(RepairedIndex))]
[JsonSerializable(typeof(RecoveryReport))]
[JsonSerializable(typeof(TopFrame))]
[JsonSerializable(typeof(WorkOutcome))]
internal sealed partial class CliJson : JsonSerializerContext;
