using Timestone;
using Timestone.Client;

namespace Invoices;

/// <summary>The first stage: renders an invoice page by page, and enqueues its mail.</summary>
internal sealed class RenderInvoice(Renderer renderer, IEnqueuer<Mail> mails) : IMessageHandler<Invoice>
{
    public async Task HandleAsync(Invoice invoice, MessageContext context, CancellationToken cancellationToken)
    {
        // No attempt can do better: the message is errored at once.
        if (invoice.Lines.Count == 0)
            throw new PermanentFailureException("The invoice has no lines.");

        // An attempt goes on where the one before it failed. What the renderer throws fails the attempt; the queue tries again.
        for (var page = DoneBefore(context) + 1; page <= invoice.Pages; page++)
        {
            await renderer.RenderAsync(invoice, page, cancellationToken);
            await context.ReportProgressAsync(Payload.FromValue(new PagesDone(page), InvoiceJson.Default.PagesDone), cancellationToken);
            Step.Print(context, $"page {page} of {invoice.Pages}");
        }

        // With the invoice's id: should this handler run twice, the second mail is a duplicate of the first.
        var mail = new Mail(invoice.To, $"Invoice {invoice.Id}", invoice.Pages);
        await mails.EnqueueAsync(mail, Queues.MessageOf(invoice), cancellationToken);
        context.Result = Payload.FromValue(new Rendered(invoice.Pages, invoice.Total), InvoiceJson.Default.Rendered);
        Step.Print(context, "rendered");
    }

    private static int DoneBefore(MessageContext context) =>
        context.Progress == default ? 0 : context.Progress.To(InvoiceJson.Default.PagesDone)!.Count;
}
