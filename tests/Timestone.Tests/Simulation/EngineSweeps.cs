using Timestone.Engine;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>The sweeps that go on in an engine, by number.</summary>
internal sealed class EngineSweeps
{
    private readonly Dictionary<int, (Sweep Sweep, bool Redrives)> _sweeps = [];

    public object Step(QueueEngine engine, SweepCommand command)
    {
        if (!_sweeps.TryGetValue(command.Number, out var going))
            _sweeps.Add(command.Number, going = (new Sweep(command.StepSize, SweepCommand.StatesOf(command.State)), command.Redrives));
        var step = going.Redrives ? engine.RedriveNext(going.Sweep) : engine.PurgeNext(going.Sweep);
        if (step.IsDone)
            _sweeps.Remove(command.Number);
        return step;
    }

    public object End(QueueEngine engine, int number)
    {
        if (!_sweeps.Remove(number, out var going))
            return false;
        engine.End(going.Sweep);
        return true;
    }
}
