using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Timestone.Json;
using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>Recorded histories as files of text: the settings, then a call a line. What a failed run wrote can be checked again.</summary>
internal static partial class HistoryFile
{
    private const string Full = " may be full";

    /// <summary>Writes one, in the order of the calls' starts.</summary>
    public static void Write(string path, RecordedHistory history) =>
        File.WriteAllLines(
            path,
            history
                .Calls.OrderBy(static call => call.Start)
                .Select(static call => call.ToString())
                .Prepend(CommandText.Of(history.Settings) + (history.MayBeFull ? Full : ""))
        );

    /// <summary>Reads one; a name that ends in <c>.gz</c> is that of a compressed one.</summary>
    public static RecordedHistory Read(string path)
    {
        using var file = File.OpenRead(path);
        using var text = new StreamReader(
            path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file
        );
        var head = text.ReadLine()!;
        var mayBeFull = head.EndsWith(Full, StringComparison.Ordinal);
        var settings = Of(mayBeFull ? head[..^Full.Length] : head, TimestoneJson.Default.QueueSettings);
        var calls = new List<RecordedCall>();
        while (text.ReadLine() is { } line)
            calls.Add(Call(line));
        return new RecordedHistory(settings, calls) { MayBeFull = mayBeFull };
    }

    private static RecordedCall Call(string line)
    {
        var parts = CallLine().Match(line);
        if (!parts.Success)
            throw new FormatException($"Not a call: {line}");
        var command = Command(parts.Groups["verb"].Value, parts.Groups["asked"].Value);
        var isKnown = parts.Groups["end"].Value != "?";
        return new RecordedCall(
            (int)Number("caller"), Number("start"), isKnown ? Number("end") : long.MaxValue, Number("startMs"), Number("endMs"),
            command, isKnown ? Answer(command, parts.Groups["answer"].Value) : null);

        long Number(string name) => long.Parse(parts.Groups[name].Value, CultureInfo.InvariantCulture);
    }

    private static Command Command(string verb, string asked) => verb switch
    {
        "enqueue" => new EnqueueCommand(Each(asked, TimestoneJson.Default.NewMessage)),
        "dequeue" => new DequeueCommand(Of(asked, TimestoneJson.Default.DequeueRequest)),
        "settle" => new SettleCommand(Each(asked, TimestoneJson.Default.Settlement)),
        "extend" => new ExtendCommand(Each(asked, TimestoneJson.Default.LeaseExtension)),
        "cancel" => new CancelCommand(Each(asked, TimestoneJson.Default.Cancellation)),
        "redrive" => new RedriveCommand(asked),
        "get" => new GetCommand(asked),
        "depth" => Depth(asked),
        _ => throw new FormatException($"Unknown command: {verb}"),
    };

    private static DepthCommand Depth(string asked)
    {
        var open = asked.IndexOf(" {", StringComparison.Ordinal);
        var pairs = asked[(open + 2)..^1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split(':'));
        return new DepthCommand(
            asked[..open] == "all" ? null : Enum.Parse<MessageState>(asked[..open]),
            Metadata.From(pairs.Select(static pair => KeyValuePair.Create(pair[0], pair[1])))
        );
    }

    private static object Answer(Command command, string answer) =>
        answer.StartsWith("{\"code\":", StringComparison.Ordinal) ? Of(answer, TimestoneJson.Default.TimestoneError) : command switch
        {
            DequeueCommand => Of(answer, TimestoneJson.Default.DequeueResult),
            GetCommand => Of(answer, TimestoneJson.Default.Message),
            RedriveCommand => Of(answer, TimestoneJson.Default.MessageResult),
            DepthCommand => long.Parse(answer, CultureInfo.InvariantCulture),
            _ => Each(answer, TimestoneJson.Default.MessageResult),
        };

    private static T Of<T>(string json, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(json, type)!;

    private static IReadOnlyList<T> Each<T>(string json, JsonTypeInfo<T> type)
    {
        using var array = JsonDocument.Parse(json);
        return [.. array.RootElement.EnumerateArray().Select(element => element.Deserialize(type)!)];
    }

    [GeneratedRegex(
        @"^caller (?<caller>-?\d+) (?<start>\d+)\.\.(?<end>\d+|\?) \((?<startMs>\d+)\.\.(?<endMs>\d+) ms\): (?<verb>\w+) (?<asked>.*) -> (?<answer>.*)$"
    )]
    private static partial Regex CallLine();
}
