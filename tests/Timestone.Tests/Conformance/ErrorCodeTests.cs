using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>
/// Each code of the list is met by a caller who asks for it, but for those that take a broken service, one without an index, or a request
/// that the door refuses.
/// </summary>
public abstract class ErrorCodeTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public static TheoryData<ErrorCode> Codes { get; } =
    [
        .. Enum.GetValues<ErrorCode>()
            .Where(static code =>
                !code.IsPassing()
                && code is not (ErrorCode.NoIndex or ErrorCode.HostNotAllowed or ErrorCode.ForbiddenOrigin or ErrorCode.NoSuchRoute)
            ),
    ];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Each_code_is_told_when_its_reason_holds(ErrorCode code)
    {
        await Queue(code == ErrorCode.MissingExclusivityKey ? Exclusive : Plain with { MaxDepth = 1, MaxPayloadBytes = 4 });
        if (code != ErrorCode.MissingExclusivityKey)
            await Enqueue("a", 1);
        await Provoke(code).ShouldBeRefused(code);
    }

    private async Task Provoke(ErrorCode code)
    {
        switch (code)
        {
            case ErrorCode.InvalidArgument:
                await Dequeue(new DequeueRequest { Max = 0 });
                break;
            case ErrorCode.QueueNotFound:
                await Service.GetQueueAsync("unknown");
                break;
            case ErrorCode.QueueExists:
                await Queue(Exclusive);
                break;
            case ErrorCode.MessageNotFound:
                await Get("unknown");
                break;
            case ErrorCode.MessageConflict:
                await Enqueue("a", 2);
                break;
            case ErrorCode.LeaseLost:
                await Complete(await Get("a") with { LeaseToken = "0" });
                break;
            case ErrorCode.IllegalTransition:
                await Redrive("a");
                break;
            case ErrorCode.MissingExclusivityKey:
                await Enqueue("b");
                break;
            case ErrorCode.PayloadTooLarge:
                await Enqueue(new NewMessage { Id = "b", Payload = Json("12345") });
                break;
            case ErrorCode.QueueFull:
                await Enqueue("b");
                break;
            case ErrorCode.EnqueueBlocked:
                await Service.BlockEnqueueAsync(Q);
                await Enqueue("b");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(code), code, "A new code: say here how to meet it.");
        }
    }
}
