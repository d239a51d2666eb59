using System.Text.Json.Serialization;
using Timestone.Json;

namespace Timestone.Journals.Redis;

/// <summary>What can be wrong with a queue's keys.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<InconsistencyKind>))]
public enum InconsistencyKind
{
    /// <summary>There are messages, and no settings.</summary>
    SettingsMissing = 0,

    /// <summary>The settings cannot be read, or are another queue's.</summary>
    SettingsUnreadable = 1,

    /// <summary>There is no epoch, or it is no number.</summary>
    EpochMissing = 2,

    /// <summary>The queue's name does not stand in its set, so that it is not listed.</summary>
    NameMissing = 3,

    /// <summary>A row cannot be read.</summary>
    RowUnreadable = 4,

    /// <summary>Two rows have the same sequence.</summary>
    SequenceShared = 5,

    /// <summary>A row has no payload.</summary>
    PayloadMissing = 6,

    /// <summary>A payload has no row.</summary>
    PayloadWithoutRow = 7,

    /// <summary>A payload is of a version that cannot be read.</summary>
    PayloadUnreadable = 8,

    /// <summary>A pending message does not stand in the pending set.</summary>
    PendingMissing = 9,

    /// <summary>The pending set has a message that is not pending, or has no row.</summary>
    PendingWithoutRow = 10,

    /// <summary>The pending set has a message under another rank than its row's.</summary>
    PendingRankWrong = 11,

    /// <summary>The score of a member is not that of its priority.</summary>
    ScoreWrong = 12,

    /// <summary>The pending set has a member that cannot be read.</summary>
    PendingUnreadable = 13,
}
