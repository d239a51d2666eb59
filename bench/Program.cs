using System.CommandLine;
using Timestone.Bench.Engine;
using Timestone.Bench.Reporting;

var depths = new Option<int[]>("--depths") { Description = "Pending messages to measure at; the first is what ratios refer to.", DefaultValueFactory = _ => [0, 100_000, 1_000_000, 10_000_000], AllowMultipleArgumentsPerToken = true };
var rounds = new Option<int>("--rounds") { Description = "Rounds; figures are their medians.", DefaultValueFactory = _ => 5 };
var roundMessages = new Option<int>("--round-messages") { Description = "Messages of a round.", DefaultValueFactory = _ => 200_000 };
var only = new Option<string?>("--only") { Description = "Only shapes of queue whose name begins so." };
var engine = new Command("engine", "The engine alone, then its runner.") { depths, rounds, roundMessages, only };
engine.SetAction(parsed =>
{
    var report = new Report("engine");
    EngineBench.Run(report, new(parsed.GetValue(depths)!, parsed.GetValue(rounds), parsed.GetValue(roundMessages), parsed.GetValue(only)));
    return report.Finish();
});

return await new RootCommand("Timestone's benchmarks: tables, and files under bench/results.") { engine }.Parse(args).InvokeAsync();
