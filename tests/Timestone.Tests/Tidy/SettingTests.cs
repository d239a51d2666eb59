using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Shouldly;
using Timestone.Bytes;
using Timestone.Engine;
using Timestone.Journals;
using Timestone.Json;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Tidy;

/// <summary>
/// Each setting of a queue is reachable from REST and the command line, and outlasts journals and the way between silos. None of
/// <see cref="UnusualSettings"/> is as by default, so what is lost on the way shows.
/// </summary>
public sealed partial class SettingTests
{
    private static readonly QueueSettings Unusual = UnusualSettings.All;

    // Where settings are set on the command line whose option is not called as they are.
    private static readonly Dictionary<string, string> Options = new()
    {
        [nameof(QueueSettings.Type)] = "create --exclusive",
        [nameof(QueueSettings.ExclusivityKey)] = "create --exclusive",
        [nameof(QueueSettings.EnqueueBlocked)] = "block --enqueue",
        [nameof(QueueSettings.DequeueBlocked)] = "block --dequeue",
        [nameof(QueueSettings.Backoff) + nameof(Backoff.Kind)] = "update --backoff",
    };

    public static TheoryData<string> Names =>
        [
            .. Settable(typeof(QueueSettings)).Where(static name => name != nameof(QueueSettings.Backoff)),
            .. Settable(typeof(Backoff)).Select(static name => nameof(QueueSettings.Backoff) + name),
        ];

    [Fact]
    public void REST_creates_a_queue_with_every_setting() => Through(TimestoneJson.Default.QueueSettings).ShouldBe(Unusual);

    [Fact]
    public void REST_changes_every_setting_that_may_change()
    {
        var patch = JsonSerializer.Deserialize(
            JsonSerializer.Serialize(Unusual, TimestoneJson.Default.QueueSettings),
            TimestoneJson.Default.QueueSettingsPatch
        )!;
        patch
            .ApplyTo(new QueueSettings { Type = Unusual.Type, ExclusivityKey = Unusual.ExclusivityKey })
            .ShouldBe(Unusual);
    }

    [Fact]
    public void Silos_tell_each_other_every_setting() => Through(AnswerJson.Default.QueueSettings).ShouldBe(Unusual);

    [Fact]
    public void Journals_keep_every_setting()
    {
        var (writer, row) = (new ByteWriter(), new QueueRow("jobs", Unusual, 17));
        QueueRowCodec.Encode(writer, row);
        var reader = new ByteReader(writer.Written);
        QueueRowCodec.Decode(ref reader).ShouldBe(row);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_command_line_has_an_option_for_every_setting(string name)
    {
        var words = Options.GetValueOrDefault(name, $"update --{Hump().Replace(name, "-$0").ToLowerInvariant()}").Split(' ');
        await using var cli = new CliBench();
        (await cli.RunAsync("queue", words[0], "--help")).Out.ShouldMatch($@"(?m)^\s*{words[1]}\b(?!-)");
    }

    private static QueueSettings? Through(JsonTypeInfo<QueueSettings> format) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(Unusual, format), format);

    private static IEnumerable<string> Settable(Type type) =>
        type.GetProperties().Where(static property => property.SetMethod is not null).Select(static property => property.Name);

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Hump();
}
