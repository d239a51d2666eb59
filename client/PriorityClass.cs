namespace Timestone.Client;

/// <summary>
/// A named offset to the priority that a message has by its time. A message of <see cref="High"/> ranks like one of
/// <see cref="Normal"/> enqueued an hour earlier: it overtakes whatever waits, but what has waited an hour longer still
/// goes first, so no class starves.
/// </summary>
/// <param name="Name">What people call it.</param>
/// <param name="Offset">What it adds to the time; negative goes earlier.</param>
/// <example><c>new NewMessage { PriorityOffset = PriorityClass.High.Offset }</c></example>
public sealed record PriorityClass(string Name, TimeSpan Offset)
{
    /// <summary>A day ahead.</summary>
    public static PriorityClass Critical { get; } = new("critical", TimeSpan.FromDays(-1));

    /// <summary>An hour ahead.</summary>
    public static PriorityClass High { get; } = new("high", TimeSpan.FromHours(-1));

    /// <summary>By the time alone, as a message without a priority.</summary>
    public static PriorityClass Normal { get; } = new("normal", TimeSpan.Zero);

    /// <summary>An hour behind.</summary>
    public static PriorityClass Low { get; } = new("low", TimeSpan.FromHours(1));

    /// <summary>A day behind.</summary>
    public static PriorityClass Bulk { get; } = new("bulk", TimeSpan.FromDays(1));

    /// <summary>
    /// The priority of a message of this class at a time other than that of its enqueue, such as when an order was placed. A repeated
    /// enqueue must name the same time.
    /// </summary>
    public long At(DateTimeOffset time) => time.ToUnixTimeMilliseconds() + (Offset.Ticks / TimeSpan.TicksPerMillisecond);
}
