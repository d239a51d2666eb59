using Timestone.Client;

namespace Invoices;

/// <summary>Prints what happens to a message, a line for each step.</summary>
internal static class Step
{
    public static void Print(MessageContext context, string what) =>
        Console.WriteLine($"{context.Queue,-8}  {context.Metadata["customer"],-7}  {context.Id}  attempt {context.Attempt}: {what}");

    /// <summary>Stands around each handler.</summary>
    public static async Task PrintFailuresAsync(
        MessageContext context,
        Func<CancellationToken, Task> next,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await next(cancellationToken);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            Print(context, problem is PermanentFailureException ? $"{problem.Message} For good." : problem.Message);
            throw;
        }
    }
}
