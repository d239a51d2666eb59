using Microsoft.AspNetCore.Http;
using Timestone.Json;

namespace Timestone.Api;

/// <summary>The answers that several routes share.</summary>
internal static class Answers
{
    // From here on an answer is written at the pace at which it is read: a thousand payloads can be gigabytes.
    private const long StreamedBytes = 256 * 1024;

    public static Task One(HttpContext context, int status, IReadOnlyList<MessageResult> results) =>
        Answer.WriteAsync(context, status, results[0].ThrowIfError(), TimestoneJson.Default.MessageResult);

    public static Task One<T>(HttpContext context, T body, IReadOnlyList<MessageResult> results) =>
        One(context, StatusCodes.Status200OK, results);

    public static Task Many<T>(HttpContext context, T body, IReadOnlyList<MessageResult> results) => Many(context, results);

    public static Task Many(HttpContext context, IReadOnlyList<MessageResult> results) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, new ResultList(results), TimestoneJson.Default.ResultList);

    public static Task Count(HttpContext context, long count) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, new CountAnswer(count), TimestoneJson.Default.CountAnswer);

    public static Task Queue(HttpContext context, QueueInfo queue) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, queue, TimestoneJson.Default.QueueInfo);

    public static Task Message(HttpContext context, Message message) =>
        Answer.WriteAsync(context, StatusCodes.Status200OK, message, TimestoneJson.Default.Message);

    public static Task Dequeued(HttpContext context, DequeueRequest request, DequeueResult result) => IsLarge(result.Messages)
        ? Answer.StreamAsync(context, result, TimestoneJson.Default.DequeueResult)
        : Answer.WriteAsync(context, StatusCodes.Status200OK, result, TimestoneJson.Default.DequeueResult);

    public static Task Page(HttpContext context, MessagePage page) => IsLarge(page.Messages)
        ? Answer.StreamAsync(context, page, TimestoneJson.Default.MessagePage)
        : Answer.WriteAsync(context, StatusCodes.Status200OK, page, TimestoneJson.Default.MessagePage);

    private static bool IsLarge(IReadOnlyList<Message> messages)
    {
        var bytes = 0L;
        for (var i = 0; i < messages.Count; i++)
            bytes += messages[i].Payload.Bytes.Length;
        return bytes > StreamedBytes;
    }
}
