using System.Globalization;
using Timestone;
using Timestone.Client;

namespace Invoices;

/// <summary>The producer's side: enqueues a day's invoices, waits for what comes of them, and sums it up.</summary>
internal sealed class Billing(ITimestone timestone, IEnqueuer<Invoice> enqueuer)
{
    public async Task EnqueueAsync(IReadOnlyList<Invoice> invoices, CancellationToken cancellationToken)
    {
        var known = 0;
        foreach (var invoice in invoices)
        {
            // One at a time, as invoices come up. Thousands at once go in batches: ITimestone.EnqueueAsync takes 1,000.
            var result = await enqueuer.EnqueueAsync(invoice, Queues.MessageOf(invoice), cancellationToken);
            known += result.Duplicate is true ? 1 : 0;
        }

        Console.WriteLine($"Enqueued {invoices.Count} invoices, {known} of them known already.");
    }

    /// <returns>Whether each invoice was sent, but for those that cannot be.</returns>
    public async Task<bool> WaitAsync(IReadOnlyList<Invoice> invoices, CancellationToken cancellationToken)
    {
        var (sent, late, notSent, total, isAsItShould) = (0, 0, 0, 0m, true);
        foreach (var invoice in invoices)
        {
            var rendered = await timestone.WaitForEndAsync(Queues.Invoices, invoice.Id, cancellationToken);
            var last = rendered.State == MessageState.Completed
                ? await timestone.WaitForEndAsync(Queues.Mails, invoice.Id, cancellationToken)
                : rendered;
            isAsItShould &= last.State == (invoice.Lines.Count > 0 ? MessageState.Completed : MessageState.Errored);
            if (last.State != MessageState.Completed)
            {
                notSent++;
                Console.WriteLine($"Not sent: {invoice.Id} of {invoice.Customer}. {last.Error}");
                continue;
            }

            sent++;
            late += last.Result.To(InvoiceJson.Default.Receipt)!.IsLate ? 1 : 0;
            total += rendered.Result.To(InvoiceJson.Default.Rendered)!.Total;
        }

        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Sent {sent} invoices, {total:0.00} in all, {late} of them late. {notSent} not sent.")
        );
        return isAsItShould;
    }
}
