namespace Timestone.Tests.Client.Support;

/// <summary>Ends a test that waits for what will never come.</summary>
internal static class Guard
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task Guarded(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited in vain for {what}.");
        }
    }

    public static async Task<T> Guarded<T>(this Task<T> task, string what)
    {
        await ((Task)task).Guarded(what);
        return await task;
    }
}
