using System.Text.Json.Serialization;

namespace Invoices;

/// <summary>What the first stage gets. Its id is the message's id in both queues.</summary>
internal sealed record Invoice(
    string Id,
    string Customer,
    string To,
    Urgency Urgency,
    DateTimeOffset? SendBy,
    IReadOnlyList<InvoiceLine> Lines
)
{
    private const int LinesPerPage = 10;

    [JsonIgnore]
    public int Pages => (Lines.Count + LinesPerPage - 1) / LinesPerPage;

    [JsonIgnore]
    public decimal Total => Lines.Sum(line => line.Amount);
}

internal sealed record InvoiceLine(string Text, decimal Amount);

/// <summary>Where an invoice ranks that has no time to be sent by.</summary>
internal enum Urgency
{
    Normal,
    Urgent,
    Bulk,
}

/// <summary>How far the first stage is, its progress.</summary>
internal sealed record PagesDone(int Count);

/// <summary>The result of the first stage.</summary>
internal sealed record Rendered(int Pages, decimal Total);

/// <summary>What the second stage gets.</summary>
internal sealed record Mail(string To, string Subject, int Pages);

/// <summary>The result of the second stage.</summary>
internal sealed record Receipt(DateTimeOffset SentAt, bool IsLate);
