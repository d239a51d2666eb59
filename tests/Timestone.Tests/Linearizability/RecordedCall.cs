using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>One call that a caller made of a queue, as the caller saw it.</summary>
/// <param name="Caller">Who called; calls of one caller follow each other.</param>
/// <param name="Start">Just before it was sent, on a clock that never jumps; only the order of such readings counts.</param>
/// <param name="End">Just after its answer came, on the same clock; of an unknown outcome when the caller gave up.</param>
/// <param name="StartMs">The start by the wall clock, in Unix milliseconds.</param>
/// <param name="EndMs">The end by the wall clock, in Unix milliseconds.</param>
/// <param name="Command">What was asked.</param>
/// <param name="Answer">
/// What was answered, as <see cref="ITimestone"/> answers it; a <see cref="TimestoneError"/> where the whole call was refused;
/// null where the outcome is unknown: it may have taken effect at any time from its start on, or never.
/// </param>
internal sealed record RecordedCall(int Caller, long Start, long End, long StartMs, long EndMs, Command Command, object? Answer)
{
    /// <summary>As one line of a report.</summary>
    public override string ToString() =>
        $"caller {Caller} {Start}..{(Answer is null ? "?" : End)} ({StartMs}..{EndMs} ms): {Command} -> {(Answer is null ? "unknown" : CommandText.Of(Answer))}";
}
