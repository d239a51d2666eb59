using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Timestone;

/// <summary>
/// What makes an argument bad, whatever state a queue is in. Implementations check here first, so that all of them
/// refuse the same things in the same words; each method throws <see cref="ErrorCode.InvalidArgument"/> with the field's
/// name on the wire, and the checks of one item of a batch answer the error instead, as an item must not fail the others.
/// </summary>
public static partial class Validation
{
    private const string BackoffKinds = "none, fixed or exponential";
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(LettersAndDigits + "._-");
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(LettersAndDigits + "._~:@+=-");

    /// <summary>An exception for a bad argument.</summary>
    public static TimestoneException Invalid(string field, string detail) => new(ErrorCode.InvalidArgument, detail, field);

    /// <summary>Checks a queue's name.</summary>
    public static void CheckQueueName([NotNull] string? queue)
    {
        if (!IsQueueName(queue))
            throw Invalid(
                "queue",
                $"A queue's name is 1 to {Limits.MaxQueueNameLength} letters, digits, '.', '_' or '-', the first a letter or digit."
            );
    }

    /// <summary>Checks a change of settings by itself; whether the settings that it leads to make sense is checked with them.</summary>
    public static void Check([NotNull] QueueSettingsPatch? patch)
    {
        if (patch is null)
            throw Invalid("settings", "Settings are required.");
        Range("type", patch.Type is not { } type || Enum.IsDefined(type), "simple or exclusive");
        Range("backoff.kind", patch.Backoff?.Kind is not { } kind || Enum.IsDefined(kind), BackoffKinds);
    }

    /// <summary>Checks settings.</summary>
    public static void Check([NotNull] QueueSettings? settings)
    {
        if (settings is null)
            throw Invalid("settings", "Settings are required.");
        Range("type", Enum.IsDefined(settings.Type), "simple or exclusive");
        if (settings.Type == QueueType.Exclusive)
            Range(
                "exclusivityKey",
                IsMetadataKey(settings.ExclusivityKey),
                $"a metadata key in an exclusive queue: 1 to {Limits.MaxMetadataKeyLength} letters, digits, '.', '_' or '-'"
            );
        else
            Range("exclusivityKey", settings.ExclusivityKey is null, "absent in a simple queue");
        Duration("leaseSeconds", settings.Lease, Limits.MinLease, Limits.MaxLease);
        Duration("invisibleSeconds", settings.Invisible, TimeSpan.Zero, Limits.MaxInvisible);
        Range("maxAttempts", settings.MaxAttempts is >= 1 and <= 1000, "1 to 1000");
        if (settings.Backoff is null)
            throw Invalid("backoff", "backoff must not be null.");
        Range("backoff.kind", Enum.IsDefined(settings.Backoff.Kind), BackoffKinds);
        Duration("backoff.initialSeconds", settings.Backoff.Initial, TimeSpan.Zero, Limits.MaxBackoff);
        Duration("backoff.maxSeconds", settings.Backoff.Max, settings.Backoff.Initial, Limits.MaxBackoff);
        Duration("retentionSeconds", settings.Retention, TimeSpan.Zero, Limits.MaxRetention);
        Duration("erroredRetentionSeconds", settings.ErroredRetention, TimeSpan.Zero, Limits.MaxRetention);
        Range("maxErrored", settings.MaxErrored >= 0, "0 or more");
        Range("maxDepth", settings.MaxDepth >= 0, "0 or more");
        Range("maxPayloadBytes", settings.MaxPayloadBytes is >= 0 and <= Limits.MaxPayloadBytes, $"0 to {Limits.MaxPayloadBytes}");
    }

    /// <summary>Checks a dequeue, all but its settlements one by one.</summary>
    public static void Check([NotNull] DequeueRequest? request)
    {
        if (request is null)
            throw Invalid("request", "A request is required.");
        if (request.Settle is null)
            throw Invalid("settle", "settle must not be null.");
        if (request.Settle.Count > 0)
            CheckBatch("settle", request.Settle);
        var least = request.Settle.Count > 0 ? 0 : 1;
        Range("max", request.Max >= least && request.Max <= Limits.MaxBatch, $"{least} to {Limits.MaxBatch}");
        Duration("waitSeconds", request.Wait, TimeSpan.Zero, Limits.MaxWait);
        if (request.Lease is { } lease)
            Duration("leaseSeconds", lease, Limits.MinLease, Limits.MaxLease);
        Range(
            "worker",
            request.Worker is null || IsText(request.Worker, Limits.MaxWorkerLength),
            $"at most {Limits.MaxWorkerLength} characters of well-formed text"
        );
        Range("requestId", request.RequestId is null || IsId(request.RequestId), IdRule);
        Throw(MetadataProblem(request.Filter, "filter"));
    }

    /// <summary>Checks a watch of leases.</summary>
    public static void CheckWatch([NotNull] IReadOnlyList<LeaseReference>? leases, TimeSpan wait)
    {
        CheckBatch("leases", leases);
        for (var i = 0; i < leases.Count; i++)
        {
            if (LeaseProblem(leases[i].Id, leases[i].LeaseToken) is { } problem)
                throw Invalid($"leases[{i}].{problem.Field}", problem.Detail);
        }

        Duration("waitSeconds", wait, TimeSpan.Zero, Limits.MaxWait);
    }

    /// <summary>Checks that a batch has 1 to <see cref="Limits.MaxBatch"/> items, none null.</summary>
    public static void CheckBatch<T>(string field, [NotNull] IReadOnlyList<T>? items)
        where T : class
    {
        if (items is null || items.Count is < 1 or > Limits.MaxBatch)
            throw WrongBatch(field);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is null)
                throw Invalid($"{field}[{i}]", $"{field}[{i}] must not be null.");
        }
    }

    /// <summary>Says that a batch has no items or more than <see cref="Limits.MaxBatch"/>.</summary>
    public static TimestoneException WrongBatch(string field) => Invalid(field, $"{field} must hold 1 to {Limits.MaxBatch} items.");

    /// <summary>Checks that the payloads of a batch fit <see cref="Limits.MaxBatchBytes"/> together.</summary>
    /// <exception cref="TimestoneException"><see cref="ErrorCode.PayloadTooLarge"/>.</exception>
    public static void CheckBatchBytes(IReadOnlyList<NewMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var bytes = 0L;
        for (var i = 0; i < messages.Count; i++)
            bytes += messages[i].Payload.Bytes.Length;
        if (bytes > Limits.MaxBatchBytes)
            throw new TimestoneException(
                ErrorCode.PayloadTooLarge,
                $"The payloads of a batch are at most {Limits.MaxBatchBytes} bytes together.",
                "payload"
            );
    }

    /// <summary>Checks a message's id.</summary>
    public static void CheckId(string? id) => Throw(IdProblem(id));

    /// <summary>Checks a page's size.</summary>
    public static void CheckLimit(int limit) => Range("limit", limit is >= 1 and <= Limits.MaxPage, $"1 to {Limits.MaxPage}");

    /// <summary>Checks a filter.</summary>
    public static void CheckFilter(Metadata? filter) => Throw(MetadataProblem(filter, "filter"));

    /// <summary>Checks a state that a caller named.</summary>
    public static void CheckState(MessageState? state) =>
        Range("state", state is null || Enum.IsDefined(state.Value), "a state of a message");

    /// <summary>Checks what a purge is to remove.</summary>
    public static void CheckScope(PurgeScope scope) => Range("state", Enum.IsDefined(scope), PurgeRule);

    /// <summary>What the scope of a purge must be, on the wire.</summary>
    public static string PurgeRule => "all (every state but running), invisible, pending, completed, canceled or errored";

    /// <summary>What is wrong with a message to enqueue; null when nothing is.</summary>
    public static TimestoneError? Problem(NewMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Id is not null && !IsId(message.Id))
            return IdProblem(message.Id);
        if (MetadataProblem(message.Metadata, "metadata") is { } problem)
            return problem;
        if (message.Priority is not null && message.Deadline is not null)
            return Error("deadline", "Give priority or deadline, not both.");
        if (message.PriorityOffset is not null && (message.Priority is not null || message.Deadline is not null))
            return Error("priorityOffsetSeconds", "Give priorityOffsetSeconds, priority or deadline, not two of them.");
        if (message.Invisible is not null && message.VisibleAt is not null)
            return Error("visibleAt", "Give invisibleSeconds or visibleAt, not both.");
        return DurationProblem("priorityOffsetSeconds", message.PriorityOffset, -Limits.MaxPriorityOffset, Limits.MaxPriorityOffset)
            ?? DurationProblem("invisibleSeconds", message.Invisible, TimeSpan.Zero, Limits.MaxInvisible)
            ?? DurationProblem("leaseSeconds", message.Lease, Limits.MinLease, Limits.MaxLease);
    }

    /// <summary>What is wrong with a settlement; null when nothing is.</summary>
    public static TimestoneError? Problem(Settlement settlement)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        if (LeaseProblem(settlement.Id, settlement.LeaseToken) is { } problem)
            return problem;
        if (!Enum.IsDefined(settlement.Action))
            return Error("action", "action must be complete, fail or release.");
        if (settlement.Action != SettlementAction.Complete && settlement.Result.Kind != PayloadKind.None)
            return Error("result", "Only a completion has a result.");
        if (settlement.Action != SettlementAction.Fail && (settlement.Error is not null || settlement.Permanent))
            return Error(settlement.Permanent ? "permanent" : "error", "Only a failure has an error or is permanent.");
        if (settlement.Invisible is not null && (settlement.Action == SettlementAction.Complete || settlement.Permanent))
            return Error("invisibleSeconds", "A message that has ended cannot become invisible.");
        return JsonProblem("result", settlement.Result, Limits.MaxResultBytes)
            ?? TextProblem("error", settlement.Error, Limits.MaxErrorLength)
            ?? DurationProblem("invisibleSeconds", settlement.Invisible, TimeSpan.Zero, Limits.MaxInvisible);
    }

    /// <summary>What is wrong with an extension; null when nothing is.</summary>
    public static TimestoneError? Problem(LeaseExtension extension)
    {
        ArgumentNullException.ThrowIfNull(extension);
        return LeaseProblem(extension.Id, extension.LeaseToken)
            ?? DurationProblem("leaseSeconds", extension.Lease, Limits.MinLease, Limits.MaxLease)
            ?? JsonProblem("progress", extension.Progress, Limits.MaxProgressBytes);
    }

    /// <summary>What is wrong with a cancellation; null when nothing is.</summary>
    public static TimestoneError? Problem(Cancellation cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        return IdProblem(cancellation.Id) ?? TextProblem("reason", cancellation.Reason, Limits.MaxErrorLength);
    }

    private static bool IsQueueName([NotNullWhen(true)] string? queue) =>
        !string.IsNullOrEmpty(queue)
        && queue.Length <= Limits.MaxQueueNameLength
        && !queue.AsSpan().ContainsAnyExcept(NameCharacters)
        && char.IsAsciiLetterOrDigit(queue[0]);

    private static string IdRule => $"1 to {Limits.MaxIdLength} letters, digits or any of ._~:@+=-, but not '.' or '..'";

    private static bool IsId(string id) =>
        id.Length is >= 1 and <= Limits.MaxIdLength && !id.AsSpan().ContainsAnyExcept(IdCharacters) && id is not ("." or "..");

    private static bool IsMetadataKey(string? key) =>
        !string.IsNullOrEmpty(key) && key.Length <= Limits.MaxMetadataKeyLength && !key.AsSpan().ContainsAnyExcept(NameCharacters);

    // Text that is not well-formed UTF-16 would change on its way through UTF-8, and equal texts would differ.
    private static bool IsText(string text, int maxLength)
    {
        if (text.Length > maxLength)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private static TimestoneError? IdProblem(string? id) => id is not null && IsId(id) ? null : Error("id", $"id must be {IdRule}.");

    private static TimestoneError? LeaseProblem(string? id, string? token) =>
        IdProblem(id) ?? (token is null ? Error("leaseToken", "leaseToken is required.") : null);

    private static TimestoneError? TextProblem(string field, string? text, int maxLength) =>
        text is null || IsText(text, maxLength)
            ? null
            : Error(field, $"{field} must be at most {maxLength} characters of well-formed text.");

    private static TimestoneError? JsonProblem(string field, Payload value, int maxBytes)
    {
        if (value.Kind == PayloadKind.Bytes)
            return Error(field, $"{field} must be a JSON value.");
        return value.Bytes.Length <= maxBytes ? null : Error(field, $"{field} must be at most {maxBytes} bytes.");
    }

    private static TimestoneError? MetadataProblem(Metadata? metadata, string field)
    {
        if (metadata is null)
            return Error(field, $"{field} must not be null.");
        if (metadata.Count > Limits.MaxMetadataPairs)
            return Error(field, $"{field} must hold at most {Limits.MaxMetadataPairs} pairs.");
        foreach (var (key, value) in metadata.Pairs)
        {
            if (!IsMetadataKey(key))
                return Error(field, $"A key of {field} is 1 to {Limits.MaxMetadataKeyLength} letters, digits, '.', '_' or '-'.");
            if (value is null || !IsText(value, Limits.MaxMetadataValueLength))
                return Error(
                    $"{field}.{key}",
                    $"A value of {field} is at most {Limits.MaxMetadataValueLength} characters of well-formed text."
                );
        }

        return null;
    }

    private static TimestoneError? DurationProblem(string field, TimeSpan? value, TimeSpan least, TimeSpan most) =>
        value is not { } duration || (duration >= least && duration <= most)
            ? null
            : Error(field, $"{field} must be {least.TotalSeconds:0.###} to {most.TotalSeconds:0.###}.");

    private static void Duration(string field, TimeSpan value, TimeSpan least, TimeSpan most) =>
        Throw(DurationProblem(field, value, least, most));

    private static void Range(string field, bool holds, string range)
    {
        if (!holds)
            throw Invalid(field, $"{field} must be {range}.");
    }

    private static void Throw(TimestoneError? problem)
    {
        if (problem is not null)
            throw new TimestoneException(problem);
    }

    private static TimestoneError Error(string field, string detail) => new(ErrorCode.InvalidArgument, detail, field);
}
