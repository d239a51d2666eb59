using Timestone;

namespace Invoices;

/// <summary>Waits for the result of a message.</summary>
internal static class Ended
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Asks until the message is completed, errored or canceled: for programs that wait for a few. Many results are better taken where they
    /// are made, by the next stage.
    /// </summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.MessageNotFound"/>: it is not there, or not any more.</exception>
    public static async Task<Message> WaitForEndAsync(
        this ITimestone timestone,
        string queue,
        string id,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var message = await timestone.GetMessageAsync(queue, id, cancellationToken);
            if (message.State is MessageState.Completed or MessageState.Errored or MessageState.Canceled)
                return message;
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
