namespace Timestone.Tests.Simulation;

internal static class Pages
{
    /// <summary>A page that another follows is full.</summary>
    public static void Check(MessagePage page, int limit)
    {
        if (page.Messages.Count != limit)
            throw new SimulationFailure(
                Invariant.AnswersEqualReference,
                $"A page of {page.Messages.Count}, where {limit} were asked for, names a next one."
            );
    }
}
