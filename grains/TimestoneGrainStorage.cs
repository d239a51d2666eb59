namespace Timestone.Grains;

/// <summary>
/// The storage for grains that keep state of their own beside Timestone's queues. A grain asks for it by name:
/// <c>[PersistentState("settings", TimestoneGrainStorage.Name)] IPersistentState&lt;Settings&gt; settings</c>.
/// </summary>
/// <remarks>
/// <para>
/// The silo program registers it: in the Redis of its cluster, through Orleans' own provider, or in files below <c>--data</c> where it has
/// no Redis. A host of your own that calls <see cref="TimestoneSiloBuilderExtensions.AddTimestoneGrains"/> registers a grain storage of
/// this name itself when its grains need one; Timestone's grains do not.
/// </para>
/// <para>
/// A write is durable when its task ends, as far as that Redis or the disk keeps what it acknowledges. A write or clear with another ETag
/// than the stored one throws Orleans' <c>InconsistentStateException</c> and changes nothing. Clearing removes the state and its ETag. The
/// state of queues and messages is not here but in the journal.
/// </para>
/// </remarks>
public static class TimestoneGrainStorage
{
    /// <summary>The name under which the storage is registered.</summary>
    public const string Name = "timestone";
}
