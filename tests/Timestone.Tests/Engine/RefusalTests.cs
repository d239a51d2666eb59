using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>What a refusal says, so that its caller knows what to do next.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private const string Queue = "q";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2031, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private ITimestone? _service;

    private ITimestone Service => _service!;

    public async ValueTask InitializeAsync()
    {
        _service = new LocalTimestone(new MemoryJournal(), new LocalTimestoneOptions(), _time);
        await Service.CreateQueueAsync(
            Queue,
            new QueueSettings
            {
                Backoff = new Backoff { Kind = BackoffKind.None },
                MaxAttempts = 2,
                Lease = TimeSpan.FromSeconds(30),
            }
        );
    }

    public async ValueTask DisposeAsync() => await ((IAsyncDisposable)Service).DisposeAsync();

    [Theory]
    [InlineData("payload", """{"payload":2}""")]
    [InlineData("payload", """{"payloadBase64":"MQ=="}""")]
    [InlineData("metadata", """{"payload":1,"metadata":{"a":"c"}}""")]
    [InlineData("priority", """{"payload":1,"priority":6}""")]
    [InlineData("priority, deadline", """{"payload":1,"priority":null,"deadline":"2031-01-31T12:00:00Z"}""")]
    [InlineData("priority, priorityOffsetSeconds", """{"payload":1,"priority":null,"priorityOffsetSeconds":0}""")]
    [InlineData("invisibleSeconds", """{"payload":1,"invisibleSeconds":1}""")]
    [InlineData("visibleAt, leaseSeconds", """{"payload":1,"visibleAt":"2031-01-31T12:00:00Z","leaseSeconds":7}""")]
    [InlineData("payload, metadata, leaseSeconds", """{"metadata":{},"leaseSeconds":7}""")]
    public async Task A_conflict_names_every_field_that_differs(string fields, string other)
    {
        await Service.EnqueueAsync(Queue, Message("""{"payload":1}"""));
        var refusal = (await Service.EnqueueAsync(Queue, [Message(other)]))[0].Error!;
        refusal.Code.ShouldBe(ErrorCode.MessageConflict);
        refusal.Detail.ShouldBe($"Message 'a' exists with other content. Different: {fields}.");
    }

    [Fact]
    public async Task A_queue_s_conflict_names_every_setting_that_differs()
    {
        var refusal = await Should.ThrowAsync<TimestoneException>(
            Service.CreateQueueAsync(
                Queue,
                new QueueSettings
                {
                    Type = QueueType.Exclusive,
                    ExclusivityKey = "k",
                    Backoff = new Backoff { Kind = BackoffKind.Fixed },
                    MaxAttempts = 2,
                    Lease = TimeSpan.FromSeconds(31),
                }
            )
        );
        refusal.Code.ShouldBe(ErrorCode.QueueExists);
        foreach (var setting in new[] { "type", "exclusivityKey", "backoff.kind", "leaseSeconds" })
            refusal.Message.ShouldContain(setting);
        refusal.Message.ShouldNotContain("maxAttempts");
    }

    [Fact]
    public async Task A_lost_lease_says_what_became_of_it_and_of_the_message()
    {
        var first = await LeaseAsync();
        _time.Advance(TimeSpan.FromSeconds(30));
        (await LostAsync(first)).ShouldBe(
            "The lease expired. Message 'a' is pending since 2031-01-31T12:00:30.000Z, with 1 attempts spent."
        );

        var second = (await Service.DequeueAsync(Queue, new DequeueRequest())).Messages[0].LeaseToken!;
        (await LostAsync(first)).ShouldBe(
            "The lease expired, or the lease token is not one of this message's. Message 'a' is running under another lease since 2031-01-31T12:00:30.000Z, attempt 2."
        );
        (await LostAsync("nonsense")).ShouldStartWith("The lease token is not one that a dequeue gave.");

        await Service.ReleaseAsync(Queue, "a", second, TimeSpan.FromSeconds(5));
        (await LostAsync(second)).ShouldBe(
            "The lease was ended before, by release. Message 'a' is invisible until 2031-01-31T12:00:35.000Z, with 1 attempts spent."
        );
    }

    [Fact]
    public async Task A_lease_of_a_message_that_has_ended_says_how()
    {
        var token = await LeaseAsync();
        await Service.CancelAsync(Queue, "a");
        (await LostAsync(token)).ShouldBe(
            "The message was canceled while it was leased. Message 'a' is canceled since 2031-01-31T12:00:00.000Z, with 1 attempts spent."
        );
        var extension = await Should.ThrowAsync<TimestoneException>(Service.ExtendAsync(Queue, "a", token));
        extension.Message.ShouldStartWith("The message was canceled while it was leased.");
    }

    private static NewMessage Message(string json)
    {
        var given = System.Text.Json.JsonSerializer.Deserialize(json, Timestone.Json.TimestoneJson.Default.NewMessage)!;
        var absent = json.Contains("metadata", StringComparison.Ordinal)
            ? given
            : given with
            {
                Metadata = Metadata.From([KeyValuePair.Create("a", "b")]),
            };
        return (json.Contains("priority", StringComparison.Ordinal) ? absent : absent with { Priority = 5 }) with { Id = "a" };
    }

    private async Task<string> LeaseAsync()
    {
        await Service.EnqueueAsync(Queue, new NewMessage { Id = "a" });
        return (await Service.DequeueAsync(Queue, new DequeueRequest())).Messages[0].LeaseToken!;
    }

    private async Task<string> LostAsync(string token)
    {
        var refusal = await Should.ThrowAsync<TimestoneException>(Service.CompleteAsync(Queue, "a", token));
        refusal.Code.ShouldBe(ErrorCode.LeaseLost);
        return refusal.Message;
    }
}
