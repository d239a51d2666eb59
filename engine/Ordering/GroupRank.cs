namespace Timestone.Engine;

/// <summary>A message's place among those of its group and lane; groups and lanes stand side by side in one order.</summary>
internal readonly record struct GroupRank(long Group, long Lane, Rank Rank) : IRank<GroupRank>
{
    public static GroupRank First(long group, long lane) => new(group, lane, Rank.Least);

    public bool Precedes(in GroupRank other)
    {
        if (Group != other.Group)
            return Group < other.Group;
        return Lane != other.Lane ? Lane < other.Lane : Rank.Precedes(other.Rank);
    }
}
