namespace Timestone.Tests.Conformance;

/// <summary>
/// What each operation does to a message in each situation it can be in. A cell is the state that the message goes to,
/// the error that refuses, <c>=</c> for the success of what had been done before, <c>.</c> for nothing at all,
/// <c>extended</c>, or <c>new</c> for a message that begins. Operations with a token use that of the message's last lease
/// (one that nobody was given where there was none). The clock goes on by 30 seconds: a lease, or a backoff (10 s) and more.
/// </summary>
public static class LifecycleTable
{
    private const string Text = """
        situation                           | dequeue | complete   | fail       | fail for good | release    | extend     | cancel     | redrive    | enqueue | enqueue other | clock
        unknown                             | .       | not_found  | not_found  | not_found     | not_found  | not_found  | not_found  | not_found  | new     | new           | .
        removed                             | .       | not_found  | not_found  | not_found     | not_found  | not_found  | not_found  | not_found  | new     | new           | .
        invisible                           | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | pending
        invisible after a failure           | .       | lease_lost | =          | =             | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | pending
        invisible after a release           | .       | lease_lost | lease_lost | lease_lost    | =          | lease_lost | canceled   | illegal    | =       | conflict      | pending
        invisible after an expiry           | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | pending
        pending                             | running | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | .
        pending after a failure             | running | lease_lost | =          | =             | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | .
        pending after a release             | running | lease_lost | lease_lost | lease_lost    | =          | lease_lost | canceled   | illegal    | =       | conflict      | .
        pending after an expiry             | running | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | .
        pending after errored and redrive   | running | lease_lost | =          | =             | lease_lost | lease_lost | canceled   | =          | =       | conflict      | .
        pending after canceled and redrive  | running | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | canceled   | =          | =       | conflict      | .
        running                             | .       | completed  | invisible  | errored       | pending    | extended   | canceled   | illegal    | =       | conflict      | invisible
        running its last attempt            | .       | completed  | errored    | errored       | pending    | extended   | canceled   | illegal    | =       | conflict      | errored
        running after redrive               | .       | completed  | invisible  | errored       | pending    | extended   | canceled   | =          | =       | conflict      | invisible
        running for another after a failure | .       | lease_lost | =          | =             | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | errored
        running for another after a release | .       | lease_lost | lease_lost | lease_lost    | =          | lease_lost | canceled   | illegal    | =       | conflict      | invisible
        running for another after an expiry | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | canceled   | illegal    | =       | conflict      | errored
        completed                           | .       | =          | lease_lost | lease_lost    | lease_lost | lease_lost | illegal    | illegal    | =       | conflict      | .
        completed after redrive             | .       | =          | lease_lost | lease_lost    | lease_lost | lease_lost | illegal    | =          | =       | conflict      | .
        canceled from invisible             | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | =          | pending    | =       | conflict      | .
        canceled from pending               | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | =          | pending    | =       | conflict      | .
        canceled from running               | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | =          | pending    | =       | conflict      | .
        canceled after redrive              | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | =          | pending    | =       | conflict      | .
        errored by a failure                | .       | lease_lost | =          | =             | lease_lost | lease_lost | illegal    | pending    | =       | conflict      | .
        errored by a failure for good       | .       | lease_lost | =          | =             | lease_lost | lease_lost | illegal    | pending    | =       | conflict      | .
        errored by an expiry                | .       | lease_lost | lease_lost | lease_lost    | lease_lost | lease_lost | illegal    | pending    | =       | conflict      | .
        errored after redrive               | .       | lease_lost | =          | =             | lease_lost | lease_lost | illegal    | pending    | =       | conflict      | .
        """;

    private static readonly string[][] Rows = [.. Text.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))];

    public static IReadOnlyList<string> Operations { get; } = Rows[0][1..];

    public static IReadOnlyList<string> Situations { get; } = [.. Rows.Skip(1).Select(row => row[0])];

    public static string Cell(string situation, string operation) =>
        Rows.Single(row => row[0] == situation)[Operations.ToList().IndexOf(operation) + 1];

    public static ErrorCode? Refusal(string cell) => cell switch
    {
        "not_found" => ErrorCode.MessageNotFound,
        "lease_lost" => ErrorCode.LeaseLost,
        "illegal" => ErrorCode.IllegalTransition,
        "conflict" => ErrorCode.MessageConflict,
        _ => null,
    };

    /// <summary>The state that a cell names, or with which a situation's name begins; null when it names none.</summary>
    public static MessageState? State(string text) =>
        Enum.TryParse<MessageState>(text.Split(' ')[0], ignoreCase: true, out var state) ? state : null;
}
