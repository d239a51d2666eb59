using System.Collections.Immutable;

namespace Timestone.Tests.Linearizability;

/// <summary>What may have happened to a message unseen, so that it stands as an answer needs it.</summary>
/// <param name="End">How it stands then.</param>
/// <param name="Time">The times of the answer at which that can be.</param>
/// <param name="Lost">The calls of unknown outcome that took effect.</param>
/// <param name="LostLeases">How many times a dequeue of unknown outcome took it.</param>
internal sealed record Path(Standing End, Interval Time, ImmutableList<Lost> Lost, int LostLeases);
