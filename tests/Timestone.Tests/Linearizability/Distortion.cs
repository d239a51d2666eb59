namespace Timestone.Tests.Linearizability;

/// <summary>Makes a history another one, which may be wrong: by how much is known of the calls, or by what was answered.</summary>
internal static class Distortion
{
    /// <summary>One thing of one call made different, so that perhaps nothing explains it any more.</summary>
    public static RecordedHistory Once(RecordedHistory history, Random random)
    {
        var calls = history.Calls.ToList();
        var at = random.Next(calls.Count);
        var call = calls[at];
        switch (random.Next(8))
        {
            case 0:
                calls.RemoveAt(at);
                break;
            case 1:
                calls[at] = call with { Answer = null };
                break;
            case < 5:
                var start = random.NextInt64(call.Start, call.End + 1);
                calls[at] = Between(call, start, random.NextInt64(start, call.End + 1));
                break;
            default:
                calls[at] = call with { Answer = Another(call.Answer, random) };
                break;
        }

        return history with
        {
            Calls = calls,
        };
    }

    /// <summary>Less known of one call: it took longer, or its outcome is unknown. What could be explained still can.</summary>
    public static RecordedHistory Weaken(RecordedHistory history, Random random)
    {
        var calls = history.Calls.ToList();
        var at = random.Next(calls.Count);
        var call = calls[at];

        // A retry follows what it repeats, and nobody can use a lease that nobody was told of.
        if (call.Caller < 0 || calls.Count(other => ReferenceEquals(other.Command, call.Command)) > 1)
            return history;
        calls[at] =
            random.Next(3) == 0 && call.Answer is not DequeueResult
                ? call with
                {
                    Answer = null,
                }
                : Between(call, Math.Max(0, call.Start - random.Next(3000)), call.End + random.Next(3000));
        return history with { Calls = calls };
    }

    private static RecordedCall Between(RecordedCall call, long start, long end) =>
        call with
        {
            Start = start,
            End = end,
            StartMs = call.StartMs + (start / 1000) - (call.Start / 1000),
            EndMs = call.EndMs + (end / 1000) - (call.End / 1000),
        };

    private static object? Another(object? answer, Random random) =>
        answer switch
        {
            DequeueResult { Messages.Count: > 0 } result => result with { Messages = Another(result.Messages, random) },
            DequeueResult { Settled: { } settled } result => result with { Settled = AnotherOf(settled, random) },
            IReadOnlyList<MessageResult> results => AnotherOf(results, random),
            MessageResult result => Another(result, random),
            Message message => Another(message, random),
            long count => count + Sign(random),
            _ => answer,
        };

    private static List<MessageResult> AnotherOf(IReadOnlyList<MessageResult> results, Random random)
    {
        var at = random.Next(results.Count);
        return [.. results.Select((result, i) => i == at ? Another(result, random) : result)];
    }

    private static List<Message> Another(IReadOnlyList<Message> messages, Random random)
    {
        var at = random.Next(messages.Count);
        return random.Next(3) switch
        {
            0 => [.. messages.Where((_, i) => i != at)],
            1 when messages.Count > 1 => [.. messages.Reverse()],
            _ => [.. messages.Select((message, i) => i == at ? Another(message, random) : message)],
        };
    }

    private static Message Another(Message message, Random random) =>
        random.Next(6) switch
        {
            0 => message with { Version = message.Version + Sign(random) },
            1 => message with { UpdatedAt = message.UpdatedAt.AddMilliseconds(Sign(random)) },
            2 => message with { EnqueuedAt = message.EnqueuedAt.AddMilliseconds(Sign(random)) },
            3 => message with { Attempt = message.Attempt + 1, AttemptsLeft = message.AttemptsLeft - 1 },
            4 => message with
            {
                LeaseExpiresAt = message.LeaseExpiresAt?.AddMilliseconds(Sign(random)),
                VisibleAt = message.VisibleAt?.AddMilliseconds(Sign(random)),
            },
            _ => message with { State = (MessageState)random.Next(6) },
        };

    private static MessageResult Another(MessageResult result, Random random) =>
        result switch
        {
            { Error: not null } => new MessageResult
            {
                Id = result.Id,
                State = (MessageState)random.Next(6),
                Version = random.Next(1, 5),
                Duplicate = random.Next(2) == 0,
            },
            _ => random.Next(4) switch
            {
                0 => result with { Version = result.Version + Sign(random) },
                1 => result with { State = (MessageState)random.Next(6) },
                2 => result with { Duplicate = !result.Duplicate },
                _ => MessageResult.Refused(result.Id, ErrorCode.LeaseLost, ""),
            },
        };

    private static int Sign(Random random) => (random.Next(2) * 2) - 1;
}
