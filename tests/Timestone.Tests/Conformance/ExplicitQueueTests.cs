using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>The service set not to create queues by their first message.</summary>
public abstract class ExplicitQueueTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    protected override QueueSettings? Defaults => null;

    [Fact]
    public async Task A_message_to_an_unknown_queue_is_refused_and_creates_nothing()
    {
        await Enqueue("a").ShouldBeRefused(ErrorCode.QueueNotFound);
        (await Service.ListQueuesAsync()).Queues.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_to_a_created_queue_is_taken()
    {
        await Queue();
        (await Enqueue("a")).State.ShouldBe(MessageState.Pending);
    }
}
