using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>Every operation in every situation, as <see cref="LifecycleTable"/> has it.</summary>
public abstract class LifecycleTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    private static readonly QueueSettings TwoAttempts = Plain with
    {
        MaxAttempts = 2,
        Backoff = new Backoff { Kind = BackoffKind.Fixed, Initial = Seconds(10), Max = Seconds(10) },
    };

    private NewMessage _message = new() { Id = "m", Priority = 1 };

    public static IEnumerable<object[]> Cells { get; } =
    [
        .. from situation in LifecycleTable.Situations
        from operation in LifecycleTable.Operations
        select new object[] { situation, operation },
    ];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task The_table_holds(string situation, string operation)
    {
        await Queue(TwoAttempts);
        var token = await Arrange(situation);
        var before = await Find();
        before?.State.ShouldBe(LifecycleTable.State(situation).ShouldNotBeNull());
        var cell = LifecycleTable.Cell(situation, operation);

        var act = Act(operation, token);
        if (LifecycleTable.Refusal(cell) is { } code)
        {
            await act.ShouldBeRefused(code);
            (await Find()).ShouldBe(before);
            return;
        }

        var result = await act;
        var after = await Find();
        if (result is not null)
            (result.Id, result.State, result.Version).ShouldBe(("m", after?.State, after?.Version));
        if (cell is "=" or ".")
        {
            after.ShouldBe(before);
            result?.Duplicate.ShouldBe(true);
        }
        else if (cell == "extended")
        {
            after.ShouldBe(before! with { LeaseExpiresAt = Now + Seconds(99) });
        }
        else
        {
            after!.State.ShouldBe(LifecycleTable.State(cell) ?? MessageState.Pending);
            after.Version.ShouldBe((before?.Version ?? 0) + 1);
            result?.Duplicate.ShouldBe(false);
        }
    }

    // Brings the message into a situation; answers the token that a consumer may still have of it.
    private async Task<string> Arrange(string situation)
    {
        Message? taken = null;
        foreach (var step in Steps(situation))
        {
            switch (step)
            {
                case "enqueue":
                    await Enqueue(_message);
                    break;
                case "hide":
                    await Enqueue(_message = _message with { Invisible = Seconds(20) });
                    break;
                case "take":
                    taken = await Take();
                    break;
                case "another takes":
                    await Take();
                    break;
                case "fail":
                    await Fail(taken!);
                    break;
                case "fail at once":
                    await Fail(taken!, invisible: TimeSpan.Zero);
                    break;
                case "fail for good":
                    await Fail(taken!, permanent: true);
                    break;
                case "release":
                    await Release(taken!);
                    break;
                case "release into invisibility":
                    await Release(taken!, Seconds(20));
                    break;
                case "complete":
                    await Complete(taken!);
                    break;
                case "cancel":
                    await Cancel("m");
                    break;
                case "redrive":
                    await Redrive("m");
                    break;
                default:
                    Advance(double.Parse(step, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        return taken?.LeaseToken ?? "00000000000000ab";
    }

    private static string[] Steps(string situation) => situation switch
    {
        "unknown" => [],
        "removed" => ["enqueue", "cancel", "3600"],
        "invisible" => ["hide"],
        "invisible after a failure" => ["enqueue", "take", "fail"],
        "invisible after a release" => ["enqueue", "take", "release into invisibility"],
        "invisible after an expiry" => ["enqueue", "take", "30"],
        "pending" => ["enqueue"],
        "pending after a failure" => ["enqueue", "take", "fail", "10"],
        "pending after a release" => ["enqueue", "take", "release"],
        "pending after an expiry" => ["enqueue", "take", "40"],
        "pending after errored and redrive" => ["enqueue", "take", "fail for good", "redrive"],
        "pending after canceled and redrive" => ["enqueue", "cancel", "redrive"],
        "running" => ["enqueue", "take"],
        "running its last attempt" => ["enqueue", "take", "fail at once", "take"],
        "running after redrive" => ["enqueue", "cancel", "redrive", "take"],
        "running for another after a failure" => ["enqueue", "take", "fail at once", "another takes"],
        "running for another after a release" => ["enqueue", "take", "release", "another takes"],
        "running for another after an expiry" => ["enqueue", "take", "40", "another takes"],
        "completed" => ["enqueue", "take", "complete"],
        "completed after redrive" => ["enqueue", "cancel", "redrive", "take", "complete"],
        "canceled from invisible" => ["hide", "cancel"],
        "canceled from pending" => ["enqueue", "cancel"],
        "canceled from running" => ["enqueue", "take", "cancel"],
        "canceled after redrive" => ["enqueue", "cancel", "redrive", "cancel"],
        "errored by a failure" => ["enqueue", "take", "fail", "10", "take", "fail"],
        "errored by a failure for good" => ["enqueue", "take", "fail for good"],
        "errored by an expiry" => ["enqueue", "take", "40", "take", "30"],
        "errored after redrive" => ["enqueue", "cancel", "redrive", "take", "fail for good"],
        _ => throw new ArgumentOutOfRangeException(nameof(situation), situation, null),
    };

    // Does the operation; answers null where it answers nothing about the message.
    private async Task<MessageResult?> Act(string operation, string token)
    {
        switch (operation)
        {
            case "dequeue":
                var taken = await TakeMany(1);
                return taken.Count == 0
                    ? null
                    : new MessageResult
                    {
                        Id = taken[0].Id,
                        State = taken[0].State,
                        Version = taken[0].Version,
                        Duplicate = false,
                    };
            case "complete":
                return await Service.CompleteAsync(Q, "m", token);
            case "fail":
                return await Service.FailAsync(Q, "m", token);
            case "fail for good":
                return await Service.FailAsync(Q, "m", token, permanent: true);
            case "release":
                return await Service.ReleaseAsync(Q, "m", token);
            case "extend":
                return await Service.ExtendAsync(Q, "m", token, Seconds(99));
            case "cancel":
                return await Cancel("m");
            case "redrive":
                return await Redrive("m");
            case "enqueue":
                return await Enqueue(_message);
            case "enqueue other":
                return await Enqueue(_message with { Priority = 2 });
            case "clock":
                Advance(30);
                return null;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, null);
        }
    }

    private async Task<Message?> Find()
    {
        try
        {
            return await Get("m");
        }
        catch (TimestoneException refusal) when (refusal.Code == ErrorCode.MessageNotFound)
        {
            return null;
        }
    }
}
