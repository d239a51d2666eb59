using Timestone.Tests.Reference;

namespace Timestone.Tests.Simulation;

/// <summary>
/// What one run is like: which commands it favours, how its clock moves, how large it grows. Runs that differ in kind
/// find more than runs that are all the average of all kinds.
/// </summary>
internal sealed class Profile
{
    private readonly (Func<Command> Make, int Weight)[] _commands;
    private readonly int _total;

    /// <summary>A profile in which each command has a weight of its own, and some none.</summary>
    public Profile(Random random, params (Func<Command> Make, int Weight)[] commands)
    {
        _commands = Array.ConvertAll(commands, command => (command.Make, random.Next(5) == 0 ? 0 : random.Next(1, command.Weight + 1)));
        _commands[0].Weight = commands[0].Weight;
        _total = _commands.Sum(command => command.Weight);
    }

    /// <summary>The next command.</summary>
    public Command Next(Random random)
    {
        var at = random.Next(_total);
        var i = 0;
        while (at >= _commands[i].Weight)
            at -= _commands[i++].Weight;
        return _commands[i].Make();
    }
}
