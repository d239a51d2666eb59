using Timestone;
using Timestone.Client;

namespace Invoices;

/// <summary>The two stages: an invoice is rendered, and then it is mailed.</summary>
internal static class Queues
{
    public const string Invoices = "invoices";
    public const string Mails = "mails";

    private const string Customer = "customer";

    // One invoice of a customer is rendered at a time, by whichever worker.
    private static readonly QueueSettings InvoiceSettings = new()
    {
        Type = QueueType.Exclusive,
        ExclusivityKey = Customer,
        MaxAttempts = 5,
        Backoff = new Backoff { Initial = TimeSpan.FromSeconds(1) },
        // As long as an invoice is kept, enqueueing it again does nothing.
        Retention = TimeSpan.FromDays(2),
    };

    private static readonly QueueSettings MailSettings = new() { Retention = TimeSpan.FromDays(2) };

    /// <summary>Creates both queues. Queues that exist with these settings stay as they are.</summary>
    public static async Task CreateAsync(ITimestone timestone, CancellationToken cancellationToken)
    {
        await timestone.CreateQueueAsync(Invoices, InvoiceSettings, cancellationToken);
        await timestone.CreateQueueAsync(Mails, MailSettings, cancellationToken);
    }

    /// <summary>The message of an invoice. In both queues it has the same id and ranks alike.</summary>
    public static NewMessage MessageOf(Invoice invoice) => new()
    {
        Id = invoice.Id,
        Metadata = Metadata.Of(Customer, invoice.Customer),
        Deadline = invoice.SendBy,
        // A deadline is a rank already.
        PriorityOffset = invoice.SendBy is null ? ClassOf(invoice.Urgency).Offset : null,
    };

    private static PriorityClass ClassOf(Urgency urgency) => urgency switch
    {
        Urgency.Urgent => PriorityClass.High,
        Urgency.Bulk => PriorityClass.Bulk,
        _ => PriorityClass.Normal,
    };
}
