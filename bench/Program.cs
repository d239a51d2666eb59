using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Timestone.Bench.Engine;
using Timestone.Bench.Events;
using Timestone.Bench.Grpc;
using Timestone.Bench.Redis;
using Timestone.Bench.Reporting;
using Timestone.Bench.Rest;

var depths = new Option<int[]>("--depths")
{
    Description = "Pending messages to measure at; the first is what ratios refer to.",
    DefaultValueFactory = _ => [0, 100_000, 1_000_000, 10_000_000],
    AllowMultipleArgumentsPerToken = true,
};
var rounds = new Option<int>("--rounds") { Description = "Rounds; figures are their medians.", DefaultValueFactory = _ => 5 };
var roundMessages = new Option<int>("--round-messages") { Description = "Messages of a round.", DefaultValueFactory = _ => 200_000 };
var only = new Option<string?>("--only") { Description = "Only shapes of queue whose name begins so." };
var parts = new Option<string[]>("--parts")
{
    Description = "Which of: rates, single, memory.",
    DefaultValueFactory = _ => ["rates", "single", "memory"],
    AllowMultipleArgumentsPerToken = true,
};
var results = new Option<string>("--results")
{
    Description = "Where the file of figures goes.",
    DefaultValueFactory = _ => "bench/results",
};
var engine = new Command("engine", "The engine alone, then its runner.") { depths, rounds, roundMessages, only, parts, results };
engine.SetAction(parsed =>
{
    var report = new Report("engine");
    EngineBench.Run(
        report,
        new(
            parsed.GetValue(depths)!,
            parsed.GetValue(rounds),
            parsed.GetValue(roundMessages),
            parsed.GetValue(only),
            parsed.GetValue(parts)!
        )
    );
    return report.Finish(parsed.GetValue(results));
});

var filterMessages = new Option<int>("--messages") { Description = "Pending messages.", DefaultValueFactory = _ => 500_000 };
var waits = new Option<int>("--waits") { Description = "Dequeues that wait.", DefaultValueFactory = _ => 10_000 };
var filters = new Command("filters", "Filters of many key sets, and dequeues that wait for messages that do not come.")
{
    filterMessages,
    waits,
    rounds,
    results,
};
filters.SetAction(async parsed =>
{
    var report = new Report("filters");
    await FilterBench
        .RunAsync(report, parsed.GetValue(filterMessages), parsed.GetValue(rounds), parsed.GetValue(waits))
        .ConfigureAwait(false);
    return report.Finish(parsed.GetValue(results));
});

var messages = new Option<int>("--messages") { Description = "Messages in the log.", DefaultValueFactory = _ => 1_000_000 };
var recoveryDirectory = new Option<string>("--directory")
{
    Description = "Where the journal is.",
    DefaultValueFactory = _ => Path.GetTempPath(),
};
var recovery = new Command("recovery", "How fast a queue is read back from its journal.") { messages, recoveryDirectory };
recovery.SetAction(parsed =>
{
    var report = new Report("recovery");
    RecoveryBench.Run(report, parsed.GetValue(messages), parsed.GetValue(recoveryDirectory)!);
    return report.Finish();
});

var seconds = new Option<double>("--seconds") { Description = "Seconds of each measurement.", DefaultValueFactory = _ => 10 };
var restRounds = new Option<int>("--rounds") { Description = "Rounds; figures are their medians.", DefaultValueFactory = _ => 3 };
var original = new Option<bool>("--original") { Description = "The original's own load instead." };
var originalSeconds = new Option<double>("--original-seconds") { Description = "Seconds of that load.", DefaultValueFactory = _ => 120 };
var depth = new Option<long>("--depth") { Description = "Messages pending before that load.", DefaultValueFactory = _ => 10_000_000 };
var directory = new Option<string>("--directory")
{
    Description = "Where the journals are: the disk that is measured.",
    DefaultValueFactory = _ => Path.GetTempPath(),
};
var measurements = new Option<string?>("--only") { Description = "Only measurements whose name begins so." };
var rest = new Command("rest", "The server over HTTP, fsync before every answer.")
{
    seconds,
    restRounds,
    measurements,
    original,
    originalSeconds,
    depth,
    directory,
};
rest.SetAction(async parsed =>
{
    var asOriginal = parsed.GetValue(original);
    var report = new Report(asOriginal ? "original" : "rest");
    var bench = new RestBench(
        report,
        new(
            parsed.GetValue(seconds),
            parsed.GetValue(restRounds),
            parsed.GetValue(depth),
            parsed.GetValue(originalSeconds),
            parsed.GetValue(directory)!,
            parsed.GetValue(measurements)
        )
    );
    await (asOriginal ? bench.RunOriginalAsync() : bench.RunAsync()).ConfigureAwait(false);
    return report.Finish();
});

var grpc = new Command("grpc", "The server over gRPC, call by call and by streams, beside an empty call and REST.")
{
    seconds,
    restRounds,
    directory,
    measurements,
};
grpc.SetAction(async parsed =>
{
    var report = new Report("grpc");
    var bench = new GrpcBench(
        report,
        parsed.GetValue(seconds),
        parsed.GetValue(restRounds),
        parsed.GetValue(directory)!,
        parsed.GetValue(measurements)
    );
    await bench.RunAsync().ConfigureAwait(false);
    return report.Finish();
});

var redisParts = new Option<string[]>("--parts")
{
    Description = "Which of: commits, peers.",
    DefaultValueFactory = _ => ["commits", "peers"],
    AllowMultipleArgumentsPerToken = true,
};
var redisSeconds = new Option<double>("--seconds") { Description = "Seconds of each measurement.", DefaultValueFactory = _ => 5 };
var redisDepth = new Option<int>("--depth") { Description = "Messages pending when it is deep.", DefaultValueFactory = _ => 1_000_000 };
var redis = new Command("redis", "The journal in Redis by itself, then the server on it beside BullMQ, appendfsync always.")
{
    redisSeconds,
    restRounds,
    redisDepth,
    directory,
    redisParts,
};
redis.SetAction(async parsed =>
{
    var report = new Report("redis");
    var chosen = parsed.GetValue(redisParts)!;
    if (chosen.Contains("commits"))
        await new CommitBench(report, parsed.GetValue(redisSeconds) / 4, parsed.GetValue(restRounds), parsed.GetValue(directory)!)
            .RunAsync(parsed.GetValue(redisDepth))
            .ConfigureAwait(false);
    if (chosen.Contains("peers"))
        await new PeerBench(report, parsed.GetValue(redisSeconds), parsed.GetValue(restRounds), parsed.GetValue(directory)!)
            .RunAsync()
            .ConfigureAwait(false);
    return report.Finish();
});

var eventSeconds = new Option<double>("--seconds") { Description = "Seconds of each measurement.", DefaultValueFactory = _ => 5 };
var eventParts = new Option<string[]>("--parts")
{
    Description = "Which of: outbox, kafka, enqueue, away, away-saturated, and with --elasticsearch index.",
    DefaultValueFactory = _ => ["outbox", "kafka", "enqueue", "away", "away-saturated"],
    AllowMultipleArgumentsPerToken = true,
};
var eventKafka = new Option<string?>("--kafka")
{
    Description = "Brokers, host:port, for the parts outbox and kafka; without it librdkafka's mock cluster.",
};
var eventIndex = new Option<string?>("--elasticsearch")
{
    Description = "An Elasticsearch on this machine, for the part index; it is left as it was.",
};
var events = new Command(
    "events",
    "Transitions from their commit to Kafka and to the index, and what they cost those who enqueue, also while Kafka and Elasticsearch are away."
)
{
    eventSeconds,
    restRounds,
    directory,
    eventParts,
    eventKafka,
    eventIndex,
};
events.SetAction(async parsed =>
{
    var report = new Report("events");
    var (chosen, time, times, where) = (
        parsed.GetValue(eventParts)!,
        parsed.GetValue(eventSeconds),
        parsed.GetValue(restRounds),
        parsed.GetValue(directory)!
    );
    if (chosen.Contains("outbox"))
        await new OutboxBench(report, time, times, where, parsed.GetValue(eventKafka)).RunAsync().ConfigureAwait(false);
    if (chosen.Contains("kafka"))
        await new KafkaBench(report, time, times, parsed.GetValue(eventKafka)).RunAsync().ConfigureAwait(false);
    if (chosen.Contains("enqueue"))
        await new EnqueueBench(report, time, times, where).RunAsync().ConfigureAwait(false);
    if (chosen.Contains("away"))
        await new AwayBench(report, time, where).RunAsync().ConfigureAwait(false);
    if (chosen.Contains("away-saturated"))
        await new AwayBench(report, time, where).RunSaturatedAsync().ConfigureAwait(false);
    if (chosen.Contains("index") && parsed.GetValue(eventIndex) is { } elasticsearch)
    {
        using var index = new IndexBench(report, time, times, new Uri(elasticsearch));
        await index.RunAsync().ConfigureAwait(false);
    }

    return report.Finish();
});

var cluster = Elsewhere("cluster", "Silos and grains: the project bench/cluster, which needs the packages of Orleans.");
var peers = Elsewhere("peers", "Timestone beside its peers: the project bench/peers, which needs the packages of their clients.");

var plan = new Argument<string>("plan");
var load = new Command("load", "The load generator, as a process of its own.") { plan };
load.Hidden = true;
load.SetAction(parsed => LoadCommand.Run(JsonSerializer.Deserialize(parsed.GetValue(plan)!, RestJson.Default.LoadPlan)!));

var port = new Option<int>("--port");
var bare = new Command("bare", "Kestrel alone, as a process of its own.") { port };
bare.Hidden = true;
bare.SetAction(parsed => BareKestrel.Run(parsed.GetValue(port)));

var grpcPort = new Option<int>("--grpc-port");
var bareGrpc = new Command("bare-grpc", "An empty gRPC service, as a process of its own.") { port, grpcPort };
bareGrpc.Hidden = true;
bareGrpc.SetAction(parsed => BareGrpc.Run(parsed.GetValue(port), parsed.GetValue(grpcPort)));

var smoke = new Command("smoke", "Every benchmark at a tiny size: that they run, not how fast.");
smoke.SetAction(async _ =>
{
    var report = new Report("smoke");
    EngineBench.Run(report, new([0, 10_000], Rounds: 1, RoundMessages: 10_000, Only: null, ["rates", "single", "memory"]));
    await FilterBench.RunAsync(report, messages: 20_000, rounds: 1, waits: 100).ConfigureAwait(false);
    RecoveryBench.Run(report, 10_000, Path.GetTempPath());
    var server = new RestBench(report, new(Seconds: 0.5, Rounds: 1, Depth: 5_000, OriginalSeconds: 1, Path.GetTempPath()));
    await server.RunAsync().ConfigureAwait(false);
    await server.RunOriginalAsync().ConfigureAwait(false);
    await new GrpcBench(report, seconds: 0.5, rounds: 1, Path.GetTempPath(), only: null).RunAsync().ConfigureAwait(false);
    await new OutboxBench(report, seconds: 0.5, rounds: 1, Path.GetTempPath()).RunAsync().ConfigureAwait(false);
    await new KafkaBench(report, seconds: 0.5, rounds: 1).RunAsync().ConfigureAwait(false);
    await new EnqueueBench(report, seconds: 0.5, rounds: 1, Path.GetTempPath()).RunAsync().ConfigureAwait(false);
    await new AwayBench(report, seconds: 0.5, Path.GetTempPath()).RunAsync().ConfigureAwait(false);
    return 0;
});

return await new RootCommand("Timestone's benchmarks: tables, and files under bench/results.")
{
    engine,
    filters,
    recovery,
    rest,
    grpc,
    redis,
    events,
    cluster,
    peers,
    smoke,
    load,
    bare,
    bareGrpc,
}
    .Parse(args)
    .InvokeAsync();

// Benchmarks in a project of their own, below this one.
static Command Elsewhere(string name, string description)
{
    var options = new Argument<string[]>("options")
    {
        Description = "Its own options; --help behind -- lists them.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    var command = new Command(name, description) { options };
    command.SetAction(async parsed =>
    {
        using var other = Process.Start(
            "dotnet",
            ["run", "-c", "Release", "--project", $"bench/{name}", "--", .. parsed.GetValue(options)!]
        );
        await other.WaitForExitAsync().ConfigureAwait(false);
        return other.ExitCode;
    });
    return command;
}
