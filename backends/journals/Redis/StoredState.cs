using Timestone.Engine;

namespace Timestone.Journals.Redis;

/// <summary>What the hash of rows holds of a message.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sequence">Its place in the order of enqueue.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="PayloadBytes">How long its payload is.</param>
/// <param name="State">Where it is in its life.</param>
internal readonly record struct StoredState(string Id, long Sequence, long Priority, int PayloadBytes, RowState State);
