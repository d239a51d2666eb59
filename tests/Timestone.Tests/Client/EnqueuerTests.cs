using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>Enqueueing payloads of a type.</summary>
public sealed partial class EnqueuerTests
{
    [Fact]
    public async Task Each_payload_becomes_a_message_with_an_id_of_its_own()
    {
        await using var server = await StartAsync();
        var emails = Enqueuer(server);
        var one = await emails.EnqueueAsync(new Letter("ada@example.org"));
        var other = await emails.EnqueueAsync(new Letter("ada@example.org"));

        one.Id.ShouldNotBeNull().ShouldNotBe(other.Id);
        var message = await server.Timestone.GetMessageAsync("emails", one.Id);
        message.Payload.ToString().ShouldBe("""{"to":"ada@example.org"}""");
        (await server.Timestone.GetDepthAsync("emails")).ShouldBe(2);
    }

    [Fact]
    public async Task A_message_says_what_else_it_has()
    {
        await using var server = await StartAsync();
        var emails = Enqueuer(server, LetterJson.Default.Options);
        var template = new NewMessage
        {
            Id = "welcome-17",
            Priority = 7,
            Metadata = new Dictionary<string, string> { ["tenant"] = "acme" },
        };
        (await emails.EnqueueAsync(new Letter("ada@example.org"), template)).Duplicate.ShouldNotBe(true);
        (await emails.EnqueueAsync(new Letter("ada@example.org"), template)).Duplicate.ShouldBe(true);

        var message = await server.Timestone.GetMessageAsync("emails", "welcome-17");
        (message.Priority, message.Metadata).ShouldBe((7, Metadata.Of("tenant", "acme")));
        message.Payload.ToString().ShouldBe("""{"to":"ada@example.org"}""");
    }

    [Fact]
    public async Task A_payload_beside_the_payload_is_refused()
    {
        await using var server = await StartAsync();
        var twice = new NewMessage { Payload = Payload.FromText("another") };
        (await Should.ThrowAsync<ArgumentException>(() => Enqueuer(server).EnqueueAsync(new Letter(""), twice))).ParamName.ShouldBe("message");
    }

    [Fact]
    public async Task A_refused_message_is_an_exception()
    {
        await using var server = await StartAsync();
        var large = new Letter(new string('x', Limits.MaxPayloadBytes));
        (await Should.ThrowAsync<TimestoneException>(() => Enqueuer(server).EnqueueAsync(large))).Code.ShouldBe(ErrorCode.PayloadTooLarge);
    }

    [Fact]
    public void A_wrong_name_of_a_queue_is_refused_at_once() =>
        Should
            .Throw<TimestoneException>(static () => new ServiceCollection().AddTimestoneEnqueuer<Letter>("no/queue"))
            .Error.Field.ShouldBe("queue");

    private static IEnqueuer<Letter> Enqueuer(TimestoneServer server, JsonSerializerOptions? json = null) =>
        new ServiceCollection()
            .AddSingleton(server.Timestone)
            .AddTimestoneEnqueuer<Letter>("emails", json)
            .BuildServiceProvider()
            .GetRequiredService<IEnqueuer<Letter>>();

    private static Task<TimestoneServer> StartAsync() => TimestoneServer.StartAsync(new TimestoneServerOptions
    {
        Urls = "http://127.0.0.1:0",
        GrpcUrls = "off",
        OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal()),
    });

    private sealed record Letter(string To);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Letter))]
    private sealed partial class LetterJson : JsonSerializerContext;
}
