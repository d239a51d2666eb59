using Timestone;
using Timestone.Client;

namespace Invoices;

/// <summary>The second stage: sends a mail, and says whether the deadline is met.</summary>
internal sealed class SendMail(MailServer server) : IMessageHandler<Mail>
{
    public async Task HandleAsync(Mail mail, MessageContext context, CancellationToken cancellationToken)
    {
        try
        {
            var sentAt = await server.SendAsync(mail, context.Id, cancellationToken);
            var isLate = sentAt > context.Deadline;
            context.Result = Payload.FromValue(new Receipt(sentAt, isLate), InvoiceJson.Default.Receipt);
            Step.Print(context, $"sent to {mail.To}{(isLate ? ", late" : "")}");
        }
        catch (GreylistedException problem)
        {
            // The server names the delay: it counts in place of the queue's backoff.
            context.RetryIn(problem.RetryAfter, problem.Message);
            Step.Print(context, problem.Message);
        }
    }
}
