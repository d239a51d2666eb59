using System.CommandLine;
using Timestone.Bench.Cluster;
using Timestone.Bench.Reporting;

var seconds = new Option<double>("--seconds") { Description = "Seconds of each measurement.", DefaultValueFactory = _ => 5 };
var rounds = new Option<int>("--rounds") { Description = "Rounds; figures are their medians.", DefaultValueFactory = _ => 3 };
var queues = new Option<int>("--queues") { Description = "Queues that the silos share.", DefaultValueFactory = _ => 1000 };
var parts = new Option<string[]>("--parts")
{
    Description = "Which of: grains, scale, streams.",
    DefaultValueFactory = _ => ["grains", "scale", "streams"],
    AllowMultipleArgumentsPerToken = true,
};
var silos = new Option<int[]>("--silos")
{
    Description = "How many silos, one after another.",
    DefaultValueFactory = _ => [1, 2, 3],
    AllowMultipleArgumentsPerToken = true,
};
var command = new RootCommand("A queue's grain against a bare one; 1, 2 and 3 silos over Redis; events through streams into an index.")
{
    seconds,
    rounds,
    queues,
    parts,
    silos,
};
command.SetAction(async parsed =>
{
    var report = new Report("cluster");
    var chosen = parsed.GetValue(parts)!;
    var length = TimeSpan.FromSeconds(parsed.GetValue(seconds));
    if (chosen.Contains("grains"))
        await new GrainBench(report, length, parsed.GetValue(rounds)).RunAsync().ConfigureAwait(false);
    if (chosen.Contains("scale"))
        await new ScaleBench(report, length, parsed.GetValue(rounds), parsed.GetValue(queues), parsed.GetValue(silos)!)
            .RunAsync()
            .ConfigureAwait(false);
    if (chosen.Contains("streams"))
        await new StreamBench(report, length, parsed.GetValue(rounds)).RunAsync().ConfigureAwait(false);
    return report.Finish();
});
return await command.Parse(args).InvokeAsync().ConfigureAwait(false);
