using System.CommandLine;
using System.Text.Json;
using Timestone.Bench.Engine;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;

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

var seconds = new Option<double>("--seconds") { Description = "Seconds of each measurement.", DefaultValueFactory = _ => 10 };
var restRounds = new Option<int>("--rounds") { Description = "Rounds; figures are their medians.", DefaultValueFactory = _ => 3 };
var original = new Option<bool>("--original") { Description = "The original's own load instead." };
var originalSeconds = new Option<double>("--original-seconds") { Description = "Seconds of that load.", DefaultValueFactory = _ => 120 };
var depth = new Option<long>("--depth") { Description = "Messages pending before that load.", DefaultValueFactory = _ => 10_000_000 };
var directory = new Option<string>("--directory") { Description = "Where the journals are: the disk that is measured.", DefaultValueFactory = _ => Path.GetTempPath() };
var rest = new Command("rest", "The server over HTTP, fsync before every answer.") { seconds, restRounds, original, originalSeconds, depth, directory };
rest.SetAction(async parsed =>
{
    var asOriginal = parsed.GetValue(original);
    var report = new Report(asOriginal ? "original" : "rest");
    var bench = new RestBench(report, new(parsed.GetValue(seconds), parsed.GetValue(restRounds), parsed.GetValue(depth), parsed.GetValue(originalSeconds), parsed.GetValue(directory)!));
    await (asOriginal ? bench.RunOriginalAsync() : bench.RunAsync()).ConfigureAwait(false);
    return report.Finish();
});

var plan = new Argument<string>("plan");
var load = new Command("load", "The load generator, as a process of its own.") { plan };
load.Hidden = true;
load.SetAction(parsed => LoadCommand.Run(JsonSerializer.Deserialize(parsed.GetValue(plan)!, RestJson.Default.LoadPlan)!));

var port = new Option<int>("--port");
var bare = new Command("bare", "Kestrel alone, as a process of its own.") { port };
bare.Hidden = true;
bare.SetAction(parsed => BareKestrel.Run(parsed.GetValue(port)));

return await new RootCommand("Timestone's benchmarks: tables, and files under bench/results.") { engine, rest, load, bare }.Parse(args).InvokeAsync();
