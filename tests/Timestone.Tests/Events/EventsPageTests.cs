using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Shouldly;
using Timestone.Json;
using Xunit;

namespace Timestone.Tests.Events;

/// <summary>That docs/events.md is true: its examples are read and written as they stand, and its tables name every property.</summary>
public sealed partial class EventsPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "events.md"));
    private static readonly JsonSerializerOptions Reflected = new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static TheoryData<string, Type> Sections => new()
    {
        { "## An event", typeof(StreamEvent) },
        { "### `transition`", typeof(Transition) },
        { "### `message`", typeof(IndexedMessage) },
        { "### `message_removed`", typeof(RemovedMessage) },
        { "### `queue_removed`", typeof(RemovedQueue) },
    };

    [Fact]
    public void Each_example_is_written_again_as_it_was_read()
    {
        foreach (var example in Examples())
        {
            var written = EventJson.Write(EventJson.Read(Encoding.UTF8.GetBytes(example)));
            JsonElement
                .DeepEquals(Parse(example), Parse(Encoding.UTF8.GetString(written)))
                .ShouldBeTrue($"{example}\nwas written as\n{Encoding.UTF8.GetString(written)}");
        }
    }

    [Fact]
    public void There_is_an_example_of_each_kind() =>
        Examples()
            .Select(static example => EventJson.Read(Encoding.UTF8.GetBytes(example)).Kind)
            .Distinct()
            .ShouldBe(Enum.GetValues<StreamEventKind>(), ignoreOrder: true);

    [Theory, MemberData(nameof(Sections))]
    public void A_table_describes_every_property_and_no_other(string heading, Type record)
    {
        var properties = Reflected
            .GetTypeInfo(record)
            .Properties.Where(static property => property.Get is not null)
            .Select(static property => property.Name);
        Described(heading).ShouldBe(properties, ignoreOrder: true);
    }

    [Fact]
    public void Every_state_and_cause_is_named()
    {
        var transition = Section("### `transition`");
        foreach (var name in Names<MessageState>().Concat(Names<TransitionCause>()))
            transition.ShouldContain($"`{name}`");
    }

    private static IEnumerable<string> Names<T>() where T : struct, Enum =>
        Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName);

    private static List<string> Described(string heading) => [.. Row().Matches(Section(heading)).Select(static row => row.Groups[1].Value)];

    private static string Section(string heading)
    {
        var start = Page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, $"There is no section '{heading}'.");
        var end = Page.IndexOf("\n#", start + heading.Length, StringComparison.Ordinal);
        return end < 0 ? Page[start..] : Page[start..end];
    }

    private static IEnumerable<string> Examples() => Fence().Matches(Page).Select(static fence => fence.Groups[1].Value);

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    [GeneratedRegex("^```json\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^\\| `(\\w+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
