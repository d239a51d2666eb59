using System.CommandLine;
using System.Text;

namespace Timestone.Cli;

/// <summary>Asks before what cannot be undone. Where nobody can be asked, <c>--yes</c> must have been said.</summary>
internal sealed class Confirmation
{
    private readonly Option<bool> _yes = new("--yes", "-y")
    {
        Description = "Do not ask. Required where standard input or standard error is no terminal.",
    };

    public Confirmation(Command command) => command.Add(_yes);

    /// <summary>Whether to go on.</summary>
    /// <param name="call">The run of the command.</param>
    /// <param name="describe">Says what would happen: part of a question.</param>
    /// <param name="cancellationToken">Gives the question up.</param>
    /// <exception cref="UsageException">Nobody can be asked.</exception>
    public async Task<bool> AskAsync(Call call, Func<Task<string>> describe, CancellationToken cancellationToken)
    {
        if (call.Get(_yes))
            return true;
        if (!call.Host.InputIsTerminal || !call.Host.ErrorIsTerminal)
            throw new UsageException("This cannot be undone, and there is no terminal to ask on: say --yes.");
        await call.Error.WriteAsync($"{await describe().ConfigureAwait(false)} This cannot be undone. Go on? [y/N] ").ConfigureAwait(false);
        await call.Error.FlushAsync(cancellationToken).ConfigureAwait(false);
        using var input = new StreamReader(call.Host.OpenInput(), Encoding.UTF8);
        // The read itself cannot be ended; the process does not wait for it.
        var answer = await Task.Run(input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (answer?.Trim().ToUpperInvariant() is "Y" or "YES")
            return true;
        ErrorReport.Write(call.Error, "nothing was changed");
        return false;
    }
}
