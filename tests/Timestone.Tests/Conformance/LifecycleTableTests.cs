using System.Text.Json;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Conformance;

public sealed class LifecycleTableTests
{
    [Fact]
    public void Every_state_is_a_situation() =>
        LifecycleTable
            .Situations.Select(LifecycleTable.State)
            .OfType<MessageState>()
            .Distinct()
            .Order()
            .ShouldBe(Enum.GetValues<MessageState>());

    [Fact]
    public void Every_cell_says_something_that_is_known()
    {
        foreach (var situation in LifecycleTable.Situations)
        {
            foreach (var operation in LifecycleTable.Operations)
            {
                var cell = LifecycleTable.Cell(situation, operation);
                (
                    cell is "=" or "." or "new" or "extended"
                    || LifecycleTable.Refusal(cell) is not null
                    || LifecycleTable.State(cell) is not null
                ).ShouldBeTrue($"{situation} | {operation}: '{cell}'");
            }
        }
    }

    [Fact]
    public void Every_pair_of_states_that_the_design_allows_stands_in_it_and_no_other()
    {
        var pairs = from situation in LifecycleTable.Situations
                    from operation in LifecycleTable.Operations
                    let cell = LifecycleTable.Cell(situation, operation)
                    where LifecycleTable.State(situation) is not null && LifecycleTable.State(cell) is not null
                    select $"{LifecycleTable.State(situation)} to {LifecycleTable.State(cell)}";
        pairs.Distinct().Order().ShouldBe(
        [
            "Canceled to Pending", "Errored to Pending",
            "Invisible to Canceled", "Invisible to Pending",
            "Pending to Canceled", "Pending to Running",
            "Running to Canceled", "Running to Completed", "Running to Errored", "Running to Invisible", "Running to Pending",
        ]);
    }

    [Fact]
    public void The_names_of_states_and_errors_on_the_wire_are_the_documented_ones()
    {
        Enum.GetValues<MessageState>().Select(state => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{state}"))
            .ShouldBe(["invisible", "pending", "running", "completed", "canceled", "errored"]);
        Enum.GetValues<ErrorCode>()
            .Select(code => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{code}"))
            .Order()
            .ShouldBe([
                "enqueue_blocked",
                "forbidden_origin",
                "host_not_allowed",
                "illegal_transition",
                "invalid_argument",
                "lease_lost",
                "message_conflict",
                "message_not_found",
                "missing_exclusivity_key",
                "no_index",
                "no_such_route",
                "payload_too_large",
                "queue_exists",
                "queue_full",
                "queue_not_found",
                "standby",
                "unavailable",
            ]);
    }
}
