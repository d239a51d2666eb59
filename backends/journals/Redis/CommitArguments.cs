using System.Runtime.InteropServices;
using StackExchange.Redis;
using Timestone.Bytes;
using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>
/// The arguments of <c>commit.lua</c> for a batch, in step with it. What happened to one message in a batch comes down to
/// one write, or to none when it was both enqueued and removed. Used again for batch after batch.
/// </summary>
internal sealed class CommitArguments(RedisValue epoch, long lastSequence, QueueRow queue, int outboxLimit)
{
    private const int Header = 9;

    private readonly ByteWriter _writer = new();
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<Net> _nets = [];
    private readonly List<RedisValue> _rows = [];
    private readonly List<RedisValue> _payloads = [];
    private readonly List<RedisValue> _pending = [];
    private readonly List<RedisValue> _removed = [];
    private readonly List<RedisValue> _served = [];
    private long _last = lastSequence;
    private QueueRow _queue = queue;

    /// <summary>The arguments for a batch in which something changed.</summary>
    public RedisValue[] Of(ChangeBatch batch)
    {
        var last = _last;
        Gather(batch.Rows);
        foreach (ref readonly var net in CollectionsMarshal.AsSpan(_nets))
            Write(net);
        List<RedisValue>[] sections = [_rows, _payloads, _pending, _removed, _served];
        var arguments = new RedisValue[Header + sections.Sum(static section => section.Count)];
        arguments[0] = epoch;
        arguments[1] = batch.Queue is { } row ? RedisFormat.Queue(_writer, row) : RedisValue.EmptyString;
        arguments[2] = (outboxLimit > 0 ? RedisFormat.Outbox(_writer, _queue, batch, outboxLimit) : null) ?? RedisValue.EmptyString;
        _queue = batch.Queue ?? _queue;
        arguments[3] = _last == last ? RedisValue.EmptyString : _last;
        var (count, at) = (4, Header);
        foreach (var section in sections)
        {
            arguments[count++] = section.Count;
            section.CopyTo(arguments, at);
            at += section.Count;
            section.Clear();
        }

        _writer.Release();
        _nets.Clear();
        _places.Clear();
        return arguments;
    }

    private void Gather(List<RowChange> changes)
    {
        _nets.EnsureCapacity(changes.Count);
        foreach (ref readonly var change in CollectionsMarshal.AsSpan(changes))
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, change.Row.Id, out var known);
            if (!known)
            {
                place = _nets.Count;
                _nets.Add(new Net { Before = change.Row, BeforeState = change.From });
            }

            ref var net = ref CollectionsMarshal.AsSpan(_nets)[place];
            net.After = change.Kind == ChangeKind.Removed ? null : change.Row;
            net.AfterState = change.State;
            _last = Math.Max(_last, change.Row.Sequence);
            net.IsWhole |= change.Kind is ChangeKind.Added or ChangeKind.Rewritten;
        }
    }

    private void Write(in Net net)
    {
        var wasPending = net.BeforeState == MessageState.Pending;
        if (net.After is not { } row)
        {
            if (net.BeforeState is not null)
                _removed.Add(net.Before.Id);
            if (wasPending)
                _served.Add(RedisFormat.Member(net.Before));
            return;
        }

        RedisValue id = row.Id;
        _rows.Add(id);
        _rows.Add(RedisFormat.Row(_writer, row, net.AfterState));
        if (net.IsWhole)
        {
            _payloads.Add(id);
            _payloads.Add(RedisFormat.Payload(_writer, row));
        }

        // The id of a removed message may have been given to another one, which has another place in the order.
        var isSame = net.Before.Sequence == row.Sequence;
        var isPending = net.AfterState.State == MessageState.Pending;
        if (isPending && !(wasPending && isSame))
        {
            _pending.Add(row.Priority);
            _pending.Add(RedisFormat.Member(row));
        }

        if (wasPending && !(isPending && isSame))
            _served.Add(RedisFormat.Member(net.Before));
    }

    /// <summary>What a batch does to the message, or the messages one after the other, of one id.</summary>
    private struct Net
    {
        /// <summary>The message that its first change is about.</summary>
        public MessageRow Before;

        /// <summary>The state before the batch; null when there was no message of this id.</summary>
        public MessageState? BeforeState;

        /// <summary>The message after the batch; null when there is none.</summary>
        public MessageRow? After;

        public RowState AfterState;

        /// <summary>Whether what is fixed of it must be written.</summary>
        public bool IsWhole;
    }
}
