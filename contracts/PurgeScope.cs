using System.Diagnostics.CodeAnalysis;

namespace Timestone;

/// <summary>Which messages a purge removes. Running messages belong to their consumers: cancel them instead.</summary>
[SuppressMessage(
    "Design",
    "CA1008:Enums should have zero value",
    Justification = "A purge that was not told what to remove removes nothing."
)]
public enum PurgeScope
{
    /// <summary>Messages of every state but running.</summary>
    All = 1,

    /// <summary>Invisible messages.</summary>
    Invisible = 2,

    /// <summary>Pending messages.</summary>
    Pending = 3,

    /// <summary>Completed messages.</summary>
    Completed = 4,

    /// <summary>Canceled messages.</summary>
    Canceled = 5,

    /// <summary>Errored messages.</summary>
    Errored = 6,
}

/// <summary>What a <see cref="PurgeScope"/> means.</summary>
public static class PurgeScopeExtensions
{
    /// <summary>Whether a purge of this scope removes messages of a state.</summary>
    public static bool Covers(this PurgeScope scope, MessageState state) => state switch
    {
        MessageState.Running => false,
        MessageState.Invisible => scope is PurgeScope.All or PurgeScope.Invisible,
        MessageState.Pending => scope is PurgeScope.All or PurgeScope.Pending,
        MessageState.Completed => scope is PurgeScope.All or PurgeScope.Completed,
        MessageState.Canceled => scope is PurgeScope.All or PurgeScope.Canceled,
        _ => scope is PurgeScope.All or PurgeScope.Errored,
    };
}
