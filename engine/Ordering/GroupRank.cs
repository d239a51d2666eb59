namespace Timestone.Engine;

/// <summary>A message's place among those of its group and value; groups and values stand side by side in one order.</summary>
internal readonly record struct GroupRank(long Group, long Lock, Rank Rank) : IRank<GroupRank>
{
    public static GroupRank First(long group, long exclusivity) => new(group, exclusivity, Rank.Least);

    public bool Precedes(in GroupRank other)
    {
        if (Group != other.Group)
            return Group < other.Group;
        return Lock != other.Lock ? Lock < other.Lock : Rank.Precedes(other.Rank);
    }
}
