using System.Text.Json;
using System.Text.Json.Serialization;

namespace Invoices;

/// <summary>Reads and writes all that messages carry, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Invoice))]
[JsonSerializable(typeof(PagesDone))]
[JsonSerializable(typeof(Rendered))]
[JsonSerializable(typeof(Mail))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class InvoiceJson : JsonSerializerContext;
