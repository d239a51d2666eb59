using System.Globalization;

namespace Invoices;

/// <summary>The invoices of a day, made up. The same day has the same invoices, so a second run enqueues duplicates.</summary>
internal static class BillingDay
{
    private static readonly (string Customer, Urgency Urgency, bool HasDeadline, int Lines)[] Kinds =
    [
        ("acme", Urgency.Bulk, false, 25),
        ("globex", Urgency.Bulk, false, 4),
        ("initech", Urgency.Bulk, false, 12),
        ("acme", Urgency.Normal, false, 7),
        ("globex", Urgency.Normal, true, 18),
        ("initech", Urgency.Normal, false, 0),
        ("acme", Urgency.Normal, true, 9),
        ("globex", Urgency.Normal, false, 3),
        ("initech", Urgency.Normal, false, 5),
        ("acme", Urgency.Urgent, false, 2),
        ("globex", Urgency.Urgent, false, 30),
        ("initech", Urgency.Urgent, false, 6),
    ];

    public static IReadOnlyList<Invoice> Invoices(DateOnly day, int count) =>
        [.. Enumerable.Range(0, count).Select(at => Invoice(day, at))];

    private static Invoice Invoice(DateOnly day, int at)
    {
        var (customer, urgency, hasDeadline, lines) = Kinds[at % Kinds.Length];
        return new Invoice(
            string.Create(CultureInfo.InvariantCulture, $"{day:yyyyMMdd}-{at + 1:00}"),
            customer,
            $"billing@{customer}.example",
            urgency,
            hasDeadline ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null,
            [.. Enumerable.Range(1, lines).Select(line => new InvoiceLine($"Item {line}", 10 * line))]
        );
    }
}
