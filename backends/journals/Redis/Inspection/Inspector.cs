using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Timestone.Journals.Redis;

/// <summary>
/// Checks a queue's keys against each other, page by page. A page is not the same moment as the next, so what looks wrong
/// between two keys is looked at once more, in one moment, before it is told.
/// </summary>
internal sealed class Inspector(RedisLink link, string queue)
{
    private readonly RedisKeys _keys = new(queue);
    private readonly RowReader _parts = new();
    private readonly List<Inconsistency> _found = [];
    private readonly Dictionary<string, StoredState> _states = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _payloads = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly List<(byte[] Member, string Id, long Priority, long Sequence)> _doubtful = [];
    private long _memberCount;

    /// <returns>What was found; null when there is nothing of such a queue.</returns>
    public async Task<Inspection?> RunAsync(CancellationToken cancellationToken)
    {
        var keys = await CallAsync(
                database => database.ExecuteAsync("EXISTS", [.. _keys.All.Where(key => key != _keys.Outbox).Cast<object>()]),
                cancellationToken
            )
            .ConfigureAwait(false);
        if ((long)keys == 0)
            return null;
        var epoch = await InspectQueueAsync(cancellationToken).ConfigureAwait(false);
        await ScanAsync(
                cursor =>
                    CallAsync(
                        database => database.ExecuteAsync("HSCAN", _keys.Rows, cursor, "COUNT", RowLoader.PageRows),
                        cancellationToken
                    ),
                TakeRow
            )
            .ConfigureAwait(false);
        FindSharedSequences();
        await ScanAsync(cursor => link.RunAsync(Script.Ids, [_keys.Payloads], [cursor, RowLoader.PageRows]), TakePayload)
            .ConfigureAwait(false);
        await ScanAsync(
                cursor =>
                    CallAsync(
                        database => database.ExecuteAsync("ZSCAN", _keys.Pending, cursor, "COUNT", RowLoader.PageRows),
                        cancellationToken
                    ),
                TakeMember
            )
            .ConfigureAwait(false);
        foreach (var stored in _states.Values)
        {
            if (!_payloads.Contains(stored.Id) || (stored.State.State == MessageState.Pending && !_members.Contains(stored.Id)))
                await ExamineRowAsync(stored.Id).ConfigureAwait(false);
        }

        foreach (var id in _payloads)
        {
            if (!_states.ContainsKey(id) && !_unreadable.Contains(id))
                await ExaminePayloadAsync(id).ConfigureAwait(false);
        }

        await ExamineMembersAsync().ConfigureAwait(false);
        var outbox = (long)
            await CallAsync(database => database.ExecuteAsync("XLEN", _keys.Outbox), cancellationToken).ConfigureAwait(false);
        return new Inspection(
            queue,
            epoch,
            _states.Count + _unreadable.Count,
            _payloads.Count,
            _memberCount,
            outbox,
            [.. _found.OrderBy(static each => each.Kind)]
        );
    }

    private Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken) =>
        link.CallAsync(client => call(client.GetDatabase()), cancellationToken);

    private static async Task ScanAsync(Func<string, Task<RedisResult>> next, Action<byte[], byte[]> take)
    {
        var cursor = "0";
        do
        {
            var answer = (RedisResult[])(await next(cursor).ConfigureAwait(false))!;
            cursor = (string)answer[0]!;
            var page = (byte[][])answer[1]!;
            for (var i = 0; i < page.Length; i += 2)
                take(page[i], page[i + 1]);
        }
        while (cursor != "0");
    }

    private async Task<long?> InspectQueueAsync(CancellationToken cancellationToken)
    {
        var row = (byte[]?)
            await CallAsync(database => database.HashGetAsync(_keys.Settings, "row"), cancellationToken).ConfigureAwait(false);
        if (row is null)
        {
            Tell(InconsistencyKind.SettingsMissing, null, "The queue has no settings.");
        }
        else
        {
            try
            {
                if (RedisFormat.ReadQueue(row).Name is var name && name != queue)
                    Tell(InconsistencyKind.SettingsUnreadable, null, $"The settings are those of queue '{name}'.");
            }
            catch (InvalidDataException problem)
            {
                Tell(InconsistencyKind.SettingsUnreadable, null, $"The settings cannot be read: {problem.Message}");
            }
        }

        if (!await CallAsync(database => database.SetContainsAsync(_keys.Names, queue), cancellationToken).ConfigureAwait(false))
            Tell(InconsistencyKind.NameMissing, null, $"The name does not stand in {_keys.Names}.");
        var epoch = (string?)await CallAsync(database => database.StringGetAsync(_keys.Epoch), cancellationToken).ConfigureAwait(false);
        if (long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        Tell(InconsistencyKind.EpochMissing, null, epoch is null ? "The queue has no epoch." : $"The epoch '{epoch}' is no number.");
        return null;
    }

    private void TakeRow(byte[] field, byte[] value)
    {
        var id = Encoding.UTF8.GetString(field);
        if (Decode(id, value, out var problem) is { } stored)
        {
            _states[id] = stored;
            return;
        }

        if (_unreadable.Add(id))
            Tell(InconsistencyKind.RowUnreadable, id, $"The row cannot be read: {problem}");
    }

    private StoredState? Decode(string id, byte[] value, out string? problem)
    {
        try
        {
            problem = null;
            return RedisFormat.ReadRow(_parts, id, value);
        }
        catch (Exception bad) when (bad is InvalidDataException or OverflowException)
        {
            problem = bad.Message;
            return null;
        }
    }

    private void FindSharedSequences()
    {
        foreach (var group in _states.Values.GroupBy(static stored => stored.Sequence).Where(static group => group.Skip(1).Any()))
            Tell(
                InconsistencyKind.SequenceShared,
                group.First().Id,
                $"Messages {string.Join(", ", group.Select(static stored => stored.Id))} all have sequence {group.Key}."
            );
    }

    private void TakePayload(byte[] field, byte[] version)
    {
        var id = Encoding.UTF8.GetString(field);
        if (_payloads.Add(id) && (version.Length == 0 || version[0] != RedisFormat.Version))
            Tell(InconsistencyKind.PayloadUnreadable, id, "The payload is of a version that cannot be read.");
    }

    private void TakeMember(byte[] member, byte[] score)
    {
        _memberCount++;
        if (!RedisFormat.TryReadMember(member, out var priority, out var sequence, out var id))
        {
            Tell(InconsistencyKind.PendingUnreadable, null, $"The pending set has a member that is none: {Convert.ToHexString(member)}.");
            return;
        }

        if (!IsScoreOf(priority, Encoding.ASCII.GetString(score), out var wrong))
            Tell(InconsistencyKind.ScoreWrong, id, wrong);
        if (
            _states.TryGetValue(id, out var stored)
            && stored.State.State == MessageState.Pending
            && (stored.Priority, stored.Sequence) == (priority, sequence)
        )
            _members.Add(id);
        else
            _doubtful.Add((member, id, priority, sequence));
    }

    private static bool IsScoreOf(long priority, string score, out string wrong)
    {
        wrong = $"The score is {score}, the priority {priority}.";
        return double.TryParse(score, CultureInfo.InvariantCulture, out var number) && number == (double)priority;
    }

    private async Task ExamineRowAsync(string id)
    {
        var stored = _states[id];
        var member = RedisFormat.Member(stored.Priority, stored.Sequence, id);
        var (row, hasPayload, isMember) = await ExamineAsync(id, member).ConfigureAwait(false);
        if (row is not { } now)
            return;
        if (!hasPayload)
            Tell(InconsistencyKind.PayloadMissing, id, "The row has no payload.");
        if (now.Sequence == stored.Sequence && now.State.State == MessageState.Pending && !isMember)
            Tell(InconsistencyKind.PendingMissing, id, "The message is pending, and does not stand in the pending set under its rank.");
    }

    private async Task ExaminePayloadAsync(string id)
    {
        var (row, hasPayload, _) = await ExamineAsync(id, []).ConfigureAwait(false);
        if (row is null && hasPayload)
            Tell(InconsistencyKind.PayloadWithoutRow, id, "The payload has no row.");
    }

    private async Task ExamineMembersAsync()
    {
        foreach (var (member, id, priority, sequence) in _doubtful)
        {
            var (row, _, isMember) = await ExamineAsync(id, member).ConfigureAwait(false);
            if (!isMember || _unreadable.Contains(id))
                continue;
            if (row is not { State.State: MessageState.Pending } now)
                Tell(
                    InconsistencyKind.PendingWithoutRow,
                    id,
                    row is null ? "The pending set has it, and it has no row." : "The pending set has it, and it is not pending."
                );
            else if ((now.Priority, now.Sequence) != (priority, sequence))
                Tell(
                    InconsistencyKind.PendingRankWrong,
                    id,
                    $"The pending set has it at priority {priority}, sequence {sequence}; its row at {now.Priority}, {now.Sequence}."
                );
        }
    }

    private async Task<(StoredState? Row, bool HasPayload, bool IsMember)> ExamineAsync(string id, byte[] member)
    {
        var parts = (RedisResult[])
            (await link.RunAsync(Script.Examine, [_keys.Rows, _keys.Payloads, _keys.Pending], [id, member]).ConfigureAwait(false))!;
        var row = (byte[]?)parts[0];
        return (row is null ? null : Decode(id, row, out _), (long)parts[1] == 1, !parts[2].IsNull);
    }

    private void Tell(InconsistencyKind kind, string? id, string detail) => _found.Add(new Inconsistency(kind, id, detail));
}
