using System.Text;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>What happened in a run, for its failure's report: the last lines of it.</summary>
internal sealed class Journey(string kind, int seed)
{
    private const int LinesKept = 20;

    private readonly Queue<(int Step, long? Time, string? Queue, object What)> _lines = new();
    private int _step;

    /// <summary>Notes that something is done, with a queue if it is one's.</summary>
    public void Add(long time, object what, string? queue = null)
    {
        _step++;
        Keep(time, queue, what);
    }

    /// <summary>Notes what was answered.</summary>
    public void Answered(object answer, string? queue = null) => Keep(null, queue, answer);

    /// <summary>A failure with everything that is needed to repeat and to understand it.</summary>
    public SimulationFailure Report(Invariant invariant, string problem, Exception cause)
    {
        var text = new StringBuilder();
        text.AppendLine($"{invariant} is broken in the {kind} simulation, seed {seed}, step {_step}: {problem}");
        text.AppendLine($"Repeat it with {SimulationSwitches.SeedVariable}={seed}. What led to it, with times in Unix milliseconds:");
        foreach (var (step, time, queue, what) in _lines)
            text.AppendLine(time is null ? $"       {queue} => {CommandText.Of(what)}" : $"  {step,4} at {time} {queue}: {what}");
        return new SimulationFailure(invariant, text.ToString(), cause);
    }

    private void Keep(long? time, string? queue, object what)
    {
        if (_lines.Count == LinesKept * 2)
            _lines.Dequeue();
        _lines.Enqueue((_step, time, queue, what));
    }
}
