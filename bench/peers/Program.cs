using System.CommandLine;
using Timestone.Bench.Peers;
using Timestone.Bench.Peers.Load;
using Timestone.Bench.Reporting;

var seconds = new Option<double>("--seconds")
{
    Description = "Seconds of each measurement, after a warm-up of 5.",
    DefaultValueFactory = _ => 3,
};
var rounds = new Option<int>("--rounds") { Description = "Rounds; figures are their medians.", DefaultValueFactory = _ => 3 };
var only = new Option<string[]>("--only")
{
    Description = "Only peers whose name begins so; Timestone is always measured.",
    DefaultValueFactory = _ => [],
    AllowMultipleArgumentsPerToken = true,
};
var directory = new Option<string>("--directory")
{
    Description = "Where all servers keep their data: the disk that is measured.",
    DefaultValueFactory = _ => Path.GetTempPath(),
};
var require = new Option<string?>("--require")
{
    Description = "all: a peer that is not installed is an error. So it is where TIMESTONE_REQUIRE is all.",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TIMESTONE_REQUIRE"),
};
var smoke = new Option<bool>("--smoke") { Description = "That it runs, not how fast: half a second, one round, no file." };
var command = new RootCommand("Timestone beside its peers, each as durable as it can be.")
{
    seconds,
    rounds,
    only,
    directory,
    require,
    smoke,
};
command.SetAction(async parsed =>
{
    var isSmoke = parsed.GetValue(smoke);
    var report = new Report("peers");
    var bench = new PeersBench(
        report,
        new Lengths(isSmoke ? 0.5 : parsed.GetValue(seconds)),
        isSmoke ? 1 : parsed.GetValue(rounds),
        parsed.GetValue(directory)!
    );
    if (!await bench.RunAsync(parsed.GetValue(only)!, parsed.GetValue(require) == "all").ConfigureAwait(false))
        return 1;
    return report.Finish(isSmoke ? null : "bench/results");
});
return await command.Parse(args).InvokeAsync().ConfigureAwait(false);
