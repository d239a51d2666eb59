namespace Timestone.Tests.Cli;

/// <summary>A command that tells that it runs and then waits to be let go on, by two named pipes.</summary>
public sealed class Gate : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("timestone-gate-");

    public Gate()
    {
        foreach (var pipe in (string[])[Entered, Opened])
            System.Diagnostics.Process.Start("mkfifo", pipe).WaitForExit();
    }

    /// <summary>What the shell runs.</summary>
    public string Command => $"echo > '{Entered}'; read line < '{Opened}'";

    private string Entered => Path.Combine(_folder.FullName, "entered");

    private string Opened => Path.Combine(_folder.FullName, "opened");

    /// <summary>Completes when the command runs: opening a pipe waits for the other side. Fails when who should run it has ended.</summary>
    public async Task EnteredAsync(Task<CliOutcome> runner)
    {
        if (await Task.WhenAny(Task.Run(() => File.ReadAllText(Entered)), runner) == runner)
            throw new InvalidOperationException($"It ended without running the command: {await runner}");
    }

    /// <summary>Lets the command go on.</summary>
    public void Open() => File.WriteAllText(Opened, "\n");

    public void Dispose() => _folder.Delete(recursive: true);
}
