using System.Text;
using StackExchange.Redis;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>
/// Reads a queue's messages without asking Redis for much at a time: pages of rows, then payloads in the order of their
/// sequences, as many at a time as their lengths, which the rows tell, allow.
/// </summary>
internal sealed class RowLoader(RedisLink link, RedisKeys keys)
{
    /// <summary>
    /// Rows of a page. One with the longest error, result and progress takes 15 KB, so the largest reply is about half of 16 MB.
    /// </summary>
    public const int PageRows = 500;

    /// <summary>Payloads of a batch: with 8 pairs of the longest metadata each, 8 MB beyond the payload bytes.</summary>
    public const int BatchPayloads = 1000;

    /// <summary>Payload bytes of a batch, unless one message alone has more.</summary>
    public const int BatchBytes = 2 * 1024 * 1024;

    private const int InFlight = 4;

    private readonly RowReader _parts = new();
    private readonly SequenceTable<StoredState> _states = new();

    /// <summary>All messages in the order of their sequences.</summary>
    /// <exception cref="InvalidDataException">What is stored makes no sense.</exception>
    public async Task<List<MessageRow>> LoadAsync(CancellationToken cancellationToken)
    {
        await LoadStatesAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<MessageRow>(_states.Count);
        var asked = new Queue<(List<StoredState> Batch, Task<RedisValue[]> Payloads)>();
        foreach (var batch in Batches())
        {
            if (asked.Count == InFlight)
                await TakeAsync().ConfigureAwait(false);
            RedisValue[] ids = [.. batch.Select(static stored => (RedisValue)stored.Id)];
            asked.Enqueue((batch, link.CallAsync(client => client.GetDatabase().HashGetAsync(keys.Payloads, ids), cancellationToken)));
        }

        while (asked.Count > 0)
            await TakeAsync().ConfigureAwait(false);
        return rows;

        async Task TakeAsync()
        {
            var (batch, payloads) = asked.Dequeue();
            Join(batch, await payloads.ConfigureAwait(false), rows);
        }
    }

    private async Task LoadStatesAsync(CancellationToken cancellationToken)
    {
        var page = NextPage("0");
        while (true)
        {
            var answer = (RedisResult[])(await page.ConfigureAwait(false))!;
            var cursor = (string)answer[0]!;
            var isLast = cursor == "0";
            if (!isLast)
                page = NextPage(cursor);
            Add((byte[][])answer[1]!);
            if (isLast)
                return;
        }

        Task<RedisResult> NextPage(string cursor) =>
            link.CallAsync(client => client.GetDatabase().ExecuteAsync("HSCAN", keys.Rows, cursor, "COUNT", PageRows), cancellationToken);
    }

    // A scan can show a row twice.
    private void Add(byte[][] page)
    {
        for (var i = 0; i < page.Length; i += 2)
        {
            var id = Encoding.UTF8.GetString(page[i]);
            var stored = Decode(id, "row", () => RedisFormat.ReadRow(_parts, id, page[i + 1]));
            ref var place = ref _states.Put(stored.Sequence);
            if (place.Id is { } other && other != id)
                throw new InvalidDataException($"Messages '{other}' and '{id}' have the same sequence.");
            place = stored;
        }
    }

    private IEnumerable<List<StoredState>> Batches()
    {
        var batch = new List<StoredState>(BatchPayloads);
        var bytes = 0L;
        foreach (var stored in _states.InOrder())
        {
            if (batch.Count > 0 && (batch.Count == BatchPayloads || bytes + stored.PayloadBytes > BatchBytes))
            {
                yield return batch;
                (batch, bytes) = (new List<StoredState>(BatchPayloads), 0);
            }

            batch.Add(stored);
            bytes += stored.PayloadBytes;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private void Join(List<StoredState> batch, RedisValue[] payloads, List<MessageRow> rows)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var stored = batch[i];
            var payload = (byte[]?)payloads[i] ?? throw new InvalidDataException($"The payload of message '{stored.Id}' is missing.");
            rows.Add(Decode(stored.Id, "payload", () => RedisFormat.ReadPayload(_parts, stored, payload)));
        }
    }

    private static T Decode<T>(string id, string what, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception problem) when (problem is InvalidDataException or OverflowException or TimestoneException)
        {
            throw new InvalidDataException($"The {what} of message '{id}' cannot be read: {problem.Message}", problem);
        }
    }
}
