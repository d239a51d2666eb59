using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Files;
using Xunit;

namespace Timestone.Tests.Journal;

public sealed class RecordFormatTests
{
    // What is at rest says so, and means it for ever.
    [Theory]
    [InlineData(0, null, 9)]
    [InlineData(3, null, 12)]
    public void A_row_that_has_no_cause_says_so_by_a_number_that_no_cause_has(int kind, TransitionCause? cause, int number)
    {
        Enum.IsDefined((TransitionCause)number).ShouldBeFalse();
        RecordFormat.Split((byte)(kind | (number << 2))).ShouldBe(((ChangeKind)kind, cause));
    }

    [Fact]
    public void A_cause_is_read_as_it_was_written()
    {
        foreach (var cause in Enum.GetValues<TransitionCause>())
            RecordFormat.Split((byte)((int)cause << 2)).ShouldBe(((ChangeKind)0, cause));
    }
}
