namespace Timestone.Tests.Redis;

/// <summary>For what comes back by itself.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Tries until it succeeds.</summary>
    public static async Task<T> SucceedAsync<T>(Func<Task<T>> attempt)
    {
        var giveUp = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (Exception problem) when (problem is IOException or TimestoneException { Code: ErrorCode.Unavailable } && DateTime.UtcNow < giveUp)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Asks until it is so.</summary>
    public static async Task BeAsync(Func<Task<bool>> isSo)
    {
        var giveUp = DateTime.UtcNow + Patience;
        while (!await isSo())
        {
            if (DateTime.UtcNow > giveUp)
                throw new TimeoutException("It never came to be so.");
            await Task.Yield();
        }
    }
}
