namespace Timestone.Engine;

/// <summary>A sweep from its first step to its end, each step a request of its own, so that others come in between.</summary>
internal static class SweepCall
{
    /// <summary>
    /// How many sweeps of a queue go on at once: each costs every transition a look, and memory of a bit for each message. Others wait for
    /// their turn.
    /// </summary>
    public const int MostAtOnce = 8;

    /// <summary>Takes all steps.</summary>
    /// <param name="runner">The queue's runner.</param>
    /// <param name="sweep">A sweep that has not begun.</param>
    /// <param name="next">Takes a step.</param>
    /// <param name="changed">Messages changed in each state. A step's are added when it is durable, so the counts are right after a
    /// failure, too.</param>
    /// <param name="cancellationToken">Ends the sweep between two steps.</param>
    /// <exception cref="TimestoneException">
    /// <see cref="ErrorCode.QueueFull"/>, and those of <see cref="QueueRunner.ExecuteAsync"/>.
    /// </exception>
    public static async Task RunAsync(
        QueueRunner runner, Sweep sweep, Func<QueueEngine, Sweep, SweepStep> next, long[] changed, CancellationToken cancellationToken)
    {
        await runner.SweepTurns.WaitAsync(cancellationToken).ConfigureAwait(false);
        var step = default(SweepStep);
        try
        {
            do
            {
                step = await runner.ExecuteAsync(sweep, next, cancellationToken).ConfigureAwait(false);
                for (var state = 0; state < changed.Length; state++)
                    changed[state] += step.Changed.Of((MessageState)state);
            }
            while (!step.IsDone);
        }
        finally
        {
            // Whoever gave the sweep up does not wait for its end; what has the turn next comes after it.
            if (!step.IsDone)
                _ = EndAsync(runner, sweep);
            runner.SweepTurns.Release();
        }

        if (step.LacksRoom)
        {
            throw new TimestoneException(
                ErrorCode.QueueFull,
                $"{changed.Sum()} messages were redriven; then the journal had no room for more, as its store is full. Repeat it when there is space."
            );
        }
    }

    private static async Task EndAsync(QueueRunner runner, Sweep sweep)
    {
        try
        {
            await runner.ExecuteAsync(sweep, static (engine, ended) =>
            {
                engine.End(ended);
                return true;
            }).ConfigureAwait(false);
        }
        catch (TimestoneException)
        {
            // The engine is gone, and the sweep with it.
        }
    }
}
