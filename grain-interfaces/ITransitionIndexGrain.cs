namespace Timestone.Grains;

/// <summary>
/// Writes what one partition of a topic of events tells into the indices. Nobody calls it: it is subscribed to its partition, which its key
/// names.
/// </summary>
[Alias("timestone.transition-index")]
public interface ITransitionIndexGrain : IGrainWithStringKey;
