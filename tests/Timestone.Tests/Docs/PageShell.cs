using System.Globalization;
using Timestone.Tests.Cli;
using Timestone.Tests.Services;
using Timestone.Tests.Support;

namespace Timestone.Tests.Docs;

/// <summary>Runs the commands of a page one after another in one bash, in a folder of their own, with a server of their own.</summary>
internal sealed class PageShell : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly string _address = string.Create(CultureInfo.InvariantCulture, $":{FreePort.With()}");
    private readonly string _grpc = string.Create(CultureInfo.InvariantCulture, $":{FreePort.With()}");

    private static string Server => Path.Combine(AppContext.BaseDirectory, "timestone-server.dll");

    // What a command on a page becomes here. The programs are those that are built already.
    private (string OnPage, string Here)[] Replacements =>
        [
            ("dotnet run --project server -- ", "serve "),
            ("dotnet run --project server", "serve"),
            (":7070", _address),
            (":7071", _grpc),
            ("\"leaseToken\": \"…\"", "\"leaseToken\": \"'$(last_lease_token)'\""),
            ("/tmp/", _folder.Path + "/"),
        ];

    // The server ends with the shell. Each command leaves its output and its exit code in files.
    private string Prelude =>
        $$"""
            cd '{{_folder.Path}}'
            export TIMESTONE_SERVER=http://127.0.0.1{{_address}}
            serve() {
                coproc server { exec dotnet '{{Server}}' --urls "$TIMESTONE_SERVER" --grpc-urls http://127.0.0.1{{_grpc}} "$@"; }
                trap 'kill -KILL $server_PID; wait' EXIT
                until [[ $said == *"Listening on"* ]]; do read -r said <&"${server[0]}" || return 1; done
            }
            curl() { command curl --silent --show-error --fail-with-body "$@"; }
            grpcurl() { "${{Needs.ServicesVariable}}/tools/grpcurl" "$@"; }
            timestone() { {{Processes.CliCommandLine}} "$@"; }
            last_lease_token() { grep -ohP '"leaseToken": ?"\K\w+' ??.output | tail -n 1; }

            """;

    /// <summary>Runs them all, also those behind one that fails.</summary>
    /// <returns>Exit code and output of each, errors included; no code of those that a command kept from running.</returns>
    public async Task<IReadOnlyList<(string? Code, string Output)>> RunAsync(IReadOnlyList<PageCommand> commands)
    {
        foreach (var shown in commands.Where(static command => command.Text.StartsWith("cat ", StringComparison.Ordinal)))
            await File.WriteAllTextAsync(In(shown.Text["cat ".Length..]), shown.Output);
        var script = Prelude + string.Concat(commands.Select(Step));
        await File.WriteAllTextAsync(In("commands.sh"), script);
        await Processes.RunAsync("timeout", ["120", "bash", In("commands.sh")]);
        return [.. commands.Select((_, at) => (Read(at, "code")?.Trim(), Read(at, "output") ?? ""))];
    }

    public void Dispose() => _folder.Dispose();

    private string Step(PageCommand command, int at)
    {
        var text = Replacements.Aggregate(
            command.Text,
            static (text, each) => text.Replace(each.OnPage, each.Here, StringComparison.Ordinal)
        );
        return string.Create(CultureInfo.InvariantCulture, $"{{ {text}\n}} > {at:00}.output 2>&1; echo $? > {at:00}.code\n");
    }

    private string? Read(int at, string what)
    {
        var file = In(string.Create(CultureInfo.InvariantCulture, $"{at:00}.{what}"));
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private string In(string file) => Path.Combine(_folder.Path, file);
}
