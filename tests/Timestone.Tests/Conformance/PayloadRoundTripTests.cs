using System.Text;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public abstract class PayloadRoundTripTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public static TheoryData<string> JsonTexts { get; } =
    [
        "null", "true", "0", "-0", "0.10", "1e400", "\"\"", "{}", "[]",
        "123456789012345678901234567890.123456789012345678901234567890",
        "{ \"spaced\" :\t[ 1 ,\n 2 ] }",
        "{\"twice\":1,\"twice\":2}",
        "\"\\u0041\\/\\ud83d\\ude00\\n\"",
        "\"a lone half: \\ud800\"",
        "\"日本語 😀 é e\u0301 <b>&amp;'\"",
        new string('[', Limits.MaxJsonDepth) + new string(']', Limits.MaxJsonDepth),
    ];

    [Theory]
    [MemberData(nameof(JsonTexts))]
    public async Task A_JSON_payload_comes_back_as_the_bytes_it_was(string json)
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", Payload = Json(json) });
        var taken = await Take();
        taken.Payload.Kind.ShouldBe(PayloadKind.Json);
        Encoding.UTF8.GetString(taken.Payload.Bytes.Span).ShouldBe(json);
        (await Get("a")).Payload.ShouldBe(taken.Payload);
    }

    [Theory]
    [MemberData(nameof(JsonTexts))]
    public async Task Result_and_progress_come_back_as_the_bytes_they_were(string json)
    {
        await Queue();
        await Enqueue("a");
        var taken = await Take();
        await Extend(taken, progress: Json(json));
        await Complete(taken, Json(json));
        var message = await Get("a");
        (message.Progress.ToString(), message.Result.ToString()).ShouldBe((json, json));
    }

    [Fact]
    public async Task White_space_around_a_JSON_value_is_not_part_of_it()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "a", Payload = Json(" \t\r\n{ \"a\": 1 }\n") });
        (await Take()).Payload.ToString().ShouldBe("{ \"a\": 1 }");
        (await Enqueue(new NewMessage { Id = "a", Payload = Json("{ \"a\": 1 }") })).Duplicate.ShouldBe(true);
    }

    [Fact]
    public async Task Bytes_come_back_as_bytes()
    {
        await Queue();
        var bytes = Payload.FromBytes(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray());
        await Enqueue(new NewMessage { Id = "a", Payload = bytes });
        (await Take()).Payload.ShouldBe(bytes);
    }

    [Fact]
    public async Task No_payload_and_no_bytes_are_different_things()
    {
        await Queue();
        await Enqueue(new NewMessage { Id = "none" });
        await Enqueue(new NewMessage { Id = "empty", Payload = Payload.FromBytes(ReadOnlyMemory<byte>.Empty) });
        (await Take()).Payload.Kind.ShouldBe(PayloadKind.None);
        (await Take()).Payload.Kind.ShouldBe(PayloadKind.Bytes);
    }

    [Fact]
    public async Task A_payload_may_be_as_large_as_the_queue_takes()
    {
        await Queue(Plain with { MaxPayloadBytes = 1000 });
        await Enqueue(new NewMessage { Id = "a", Payload = Payload.FromBytes(new byte[1000]) });
        await Enqueue(new NewMessage { Id = "b", Payload = Json('"' + new string('x', 998) + '"') });
        await Enqueue(new NewMessage { Id = "c", Payload = Payload.FromBytes(new byte[1001]) }).ShouldBeRefused(ErrorCode.PayloadTooLarge);
        await Enqueue(new NewMessage { Id = "d", Payload = Json('"' + new string('x', 999) + '"') })
            .ShouldBeRefused(ErrorCode.PayloadTooLarge);
        (await TakeIds()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task The_largest_payload_there_can_be_comes_back_whole()
    {
        await Queue(Plain with { MaxPayloadBytes = Limits.MaxPayloadBytes });
        var bytes = new byte[Limits.MaxPayloadBytes];
        bytes[0] = bytes[^1] = 42;
        await Enqueue(new NewMessage { Id = "a", Payload = Payload.FromBytes(bytes) });
        (await Take()).Payload.Bytes.Span.SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public async Task A_batch_of_more_bytes_than_are_taken_together_is_refused_whole()
    {
        await Queue(Plain with { MaxPayloadBytes = Limits.MaxPayloadBytes });
        var third = Payload.FromBytes(new byte[(Limits.MaxBatchBytes / 3) + 1]);
        await EnqueueAll(new[] { "a", "b", "c" }.Select(id => new NewMessage { Id = id, Payload = third }))
            .ShouldBeRefused(ErrorCode.PayloadTooLarge);
        (await Depth()).ShouldBe(0);
    }

    [Fact]
    public async Task Metadata_take_any_text()
    {
        await Queue();
        var metadata = Pairs(
            ("empty", ""),
            ("space", " "),
            ("text", "日本語 😀 \"\\\n\0"),
            ("A.b_c-9", new string('é', Limits.MaxMetadataValueLength))
        );
        await Enqueue("a", metadata: metadata);
        (await Take(filter: metadata)).Metadata.ShouldBe(metadata);
    }
}
