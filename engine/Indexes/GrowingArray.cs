using System.Numerics;
using System.Runtime.CompilerServices;

namespace Timestone.Engine;

/// <summary>An array that grows and shrinks by parts, each as long as all before it: no operation ever copies its elements.</summary>
internal sealed class GrowingArray<T>
{
    /// <summary>The length of the first part, which is always there.</summary>
    public const int SmallestLength = 16;

    private static readonly int SmallestLog = BitOperations.Log2(SmallestLength);

    // Part 0 holds the first 16 elements, part n the next 16 * 2^(n-1).
    private readonly T[]?[] _parts = new T[28][];

    public GrowingArray() => _parts[0] = new T[SmallestLength];

    /// <summary>How many elements there are places for.</summary>
    public int Length { get; private set; } = SmallestLength;

    /// <summary>The place of an index below <see cref="Length"/>.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var part = BitOperations.Log2((uint)index | (SmallestLength - 1)) - SmallestLog + 1;
            return ref _parts[part]![index < SmallestLength ? index : index - (SmallestLength << (part - 1))];
        }
    }

    /// <summary>Doubles the length.</summary>
    public void Double()
    {
        _parts[BitOperations.Log2((uint)Length) - SmallestLog + 1] = new T[Length];
        Length *= 2;
    }

    /// <summary>Halves the length, which must be more than the smallest.</summary>
    public void Halve()
    {
        Length /= 2;
        _parts[BitOperations.Log2((uint)Length) - SmallestLog + 1] = null;
    }
}
