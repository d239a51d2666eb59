using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Timestone.Engine;

/// <summary>
/// Values in the order of their keys: a B+ tree. Every operation is O(log n), and what queues do most (append at the end,
/// take from the front) stays within a few cache lines however long the set is, which a heap does not: with a million
/// entries a heap's pop walks half a dozen of them, each a miss.
/// </summary>
/// <remarks>
/// Nodes are not rebalanced: an empty one is unlinked, and a leaf is joined with its right neighbour when both fit half a
/// leaf. Appending splits off an empty right half, so that a set filled in order is full. A node is one object, its places
/// inline: arrays of its own would cost two misses more at each visit.
/// </remarks>
internal sealed class RankedSet<TKey, TValue>
    where TKey : struct, IRank<TKey>
{
    private const int Capacity = 64;

    // Null while nothing has been added: most sets of a queue are empty.
    private Node? _root;

    /// <summary>How many values there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a value; false, and no change, when the key is taken.</summary>
    public bool Add(in TKey key, TValue value)
    {
        _root ??= new Leaf();
        if (!_root.Add(key, value, out var right))
            return false;
        Count++;
        if (right is not null)
            _root = new Inner(_root, right);
        return true;
    }

    /// <summary>Removes a key; false when it is not there.</summary>
    public bool Remove(in TKey key)
    {
        if (_root is null || !_root.Remove(key))
            return false;
        Count--;
        if (_root is Inner { Count: <= 1 } inner)
            _root = inner.Count == 1 ? inner.Children[0] : null;
        return true;
    }

    /// <summary>The first value.</summary>
    public bool TryGetFirst(out TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var node = _root;
        while (node is Inner inner)
            node = inner.Children[0];
        if (node is not Leaf { Count: > 0 } leaf)
        {
            (key, value) = (default, default);
            return false;
        }

        (key, value) = (leaf.Keys[0], leaf.Values[0]);
        return true;
    }

    /// <summary>The first value whose key is the given one or comes after it.</summary>
    public bool TryGetAtLeast(in TKey from, out TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_root is not null)
            return _root.TryGetAtLeast(from, out key, out value);
        (key, value) = (default, default);
        return false;
    }

    /// <summary>Adds up to so many values to the list, in order, from the given key on.</summary>
    public void CopyFrom(in TKey from, int limit, List<TValue> into) => _root?.CopyFrom(from, into.Count + limit, into);

    /// <summary>
    /// Visits the values in order from the given key on, as long as the visitor answers true. The set must not change meanwhile.
    /// </summary>
    public void Visit(in TKey from, Func<TKey, TValue, bool> visitor) => _root?.Visit(from, visitor);

    /// <summary>Does something with every value, in order. The set must not change meanwhile.</summary>
    public void ForEach(Action<TValue> action) => _root?.ForEach(action);

    [InlineArray(Capacity)]
    private struct Places<T>
    {
        private T _first;
    }

    private abstract class Node
    {
        public int Count;

        // A leaf's keys; or for each child of an inner node, a key that no key of the child comes before and every key of the child before
        // it does.
        public Places<TKey> Keys;

        public abstract bool Add(in TKey key, TValue value, out Node? right);

        public abstract bool Remove(in TKey key);

        public abstract bool TryGetAtLeast(in TKey from, out TKey key, [MaybeNullWhen(false)] out TValue value);

        public abstract void CopyFrom(in TKey from, int until, List<TValue> into);

        // Whether the visitor wants to go on.
        public abstract bool Visit(in TKey from, Func<TKey, TValue, bool> visitor);

        public abstract void ForEach(Action<TValue> action);

        // The first place whose key does not come before the given one.
        protected int PlaceOf(in TKey key)
        {
            int low = 0, high = Count;
            ReadOnlySpan<TKey> keys = Keys;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (keys[middle].Precedes(key))
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }

        // Makes room at a place of those in use and the one after them.
        protected static void Open<T>(Span<T> places, int at) => places[at..^1].CopyTo(places[(at + 1)..]);

        // Closes the gap at a place of those in use.
        protected static void Close<T>(Span<T> places, int at)
        {
            places[(at + 1)..].CopyTo(places[at..]);
            places[^1] = default!;
        }

        // Moves the upper ones to another node.
        protected static void Move<T>(Span<T> from, Span<T> to)
        {
            from.CopyTo(to);
            from.Clear();
        }
    }

    private sealed class Leaf : Node
    {
        public Places<TValue> Values;

        public override bool Add(in TKey key, TValue value, out Node? right)
        {
            right = null;
            var at = Count > 0 && Keys[Count - 1].Precedes(key) ? Count : PlaceOf(key);
            if (at < Count && !key.Precedes(Keys[at]))
                return false;
            if (Count < Capacity)
            {
                Insert(at, key, value);
                return true;
            }

            var half = at == Count ? Count : Count / 2;
            var next = new Leaf { Count = Count - half };
            Move(Keys[half..], next.Keys);
            Move(Values[half..], next.Values);
            Count = half;
            if (at < half)
                Insert(at, key, value);
            else
                next.Insert(at - half, key, value);
            right = next;
            return true;
        }

        public override bool Remove(in TKey key)
        {
            var at = PlaceOf(key);
            if (at == Count || key.Precedes(Keys[at]))
                return false;
            Close(Keys[..Count], at);
            Close(Values[..Count], at);
            Count--;
            return true;
        }

        public override bool TryGetAtLeast(in TKey from, out TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            var at = PlaceOf(from);
            (key, value) = at < Count ? (Keys[at], Values[at]) : (default, default);
            return at < Count;
        }

        public override void CopyFrom(in TKey from, int until, List<TValue> into)
        {
            for (var at = PlaceOf(from); at < Count && into.Count < until; at++)
                into.Add(Values[at]);
        }

        public override bool Visit(in TKey from, Func<TKey, TValue, bool> visitor)
        {
            for (var at = PlaceOf(from); at < Count; at++)
            {
                if (!visitor(Keys[at], Values[at]))
                    return false;
            }

            return true;
        }

        public override void ForEach(Action<TValue> action)
        {
            for (var at = 0; at < Count; at++)
                action(Values[at]);
        }

        public void Join(Leaf right)
        {
            Move(right.Keys[..right.Count], Keys[Count..]);
            Move(right.Values[..right.Count], Values[Count..]);
            Count += right.Count;
        }

        private void Insert(int at, in TKey key, TValue value)
        {
            Count++;
            Open(Keys[..Count], at);
            Open(Values[..Count], at);
            Keys[at] = key;
            Values[at] = value;
        }
    }

    private sealed class Inner : Node
    {
        public Places<Node> Children;

        public Inner(Node left, Node right)
        {
            (Keys[0], Keys[1]) = (left.Keys[0], right.Keys[0]);
            (Children[0], Children[1]) = (left, right);
            Count = 2;
        }

        private Inner()
        {
        }

        public override bool Add(in TKey key, TValue value, out Node? right)
        {
            right = null;
            var at = ChildFor(key);
            if (!Children[at].Add(key, value, out var split))
                return false;
            if (key.Precedes(Keys[at]))
                Keys[at] = key;
            if (split is not null)
                right = Insert(at + 1, split);
            return true;
        }

        public override bool Remove(in TKey key)
        {
            var at = ChildFor(key);
            var child = Children[at];
            if (!child.Remove(key))
                return false;
            if (child.Count == 0)
            {
                Unlink(at);
            }
            else if (
                child is Leaf leaf
                && at + 1 < Count
                && leaf.Count <= Capacity / 2
                && leaf.Count + Children[at + 1].Count <= Capacity / 2
            )
            {
                leaf.Join((Leaf)Children[at + 1]);
                Unlink(at + 1);
            }

            return true;
        }

        public override bool TryGetAtLeast(in TKey from, out TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            // Every child but the last that could hold it may end before it; then the next child begins after it.
            for (var at = ChildFor(from); at < Count; at++)
            {
                if (Children[at].TryGetAtLeast(from, out key, out value))
                    return true;
            }

            (key, value) = (default, default);
            return false;
        }

        public override void CopyFrom(in TKey from, int until, List<TValue> into)
        {
            for (var at = ChildFor(from); at < Count && into.Count < until; at++)
                Children[at].CopyFrom(from, until, into);
        }

        public override bool Visit(in TKey from, Func<TKey, TValue, bool> visitor)
        {
            for (var at = ChildFor(from); at < Count; at++)
            {
                if (!Children[at].Visit(from, visitor))
                    return false;
            }

            return true;
        }

        public override void ForEach(Action<TValue> action)
        {
            for (var at = 0; at < Count; at++)
                Children[at].ForEach(action);
        }

        // The last child that begins at the key or before it; the first one when all begin after it.
        private int ChildFor(in TKey key)
        {
            var at = PlaceOf(key);
            return at < Count && !key.Precedes(Keys[at]) ? at : Math.Max(at - 1, 0);
        }

        private Inner? Insert(int at, Node child)
        {
            if (Count < Capacity)
            {
                Count++;
                Open(Keys[..Count], at);
                Open(Children[..Count], at);
                Keys[at] = child.Keys[0];
                Children[at] = child;
                return null;
            }

            var half = at == Count ? Count : Count / 2;
            var right = new Inner { Count = Count - half };
            Move(Keys[half..], right.Keys);
            Move(Children[half..], right.Children);
            Count = half;
            if (at < half)
                Insert(at, child);
            else
                right.Insert(at - half, child);
            return right;
        }

        private void Unlink(int at)
        {
            Close(Keys[..Count], at);
            Close(Children[..Count], at);
            Count--;
        }
    }
}
