using Shouldly;
using Timestone.Json;
using Timestone.Tests.Tidy;
using Xunit;

namespace Timestone.Tests;

public sealed class ErrorMeaningTests
{
    [Fact]
    public void The_table_of_errors_in_the_docs_has_each_code_with_its_meaning()
    {
        var rows = Enum.GetValues<ErrorCode>()
            .Select(static code => (Name: EnumNames.Of(code), Meaning: code.Meaning()))
            .Select(static each => $"| `{each.Name}` | {each.Meaning.Title} | {each.Meaning.HttpStatus} | {each.Meaning.ExitCode} |");
        string.Join('\n', Repository.Read("docs/concepts.md").Split('\n').Where(static line => line.StartsWith("| `", StringComparison.Ordinal)))
            .ShouldContain(string.Join('\n', rows));
    }

    [Theory]
    [InlineData(503, 14, 3, true)]
    [InlineData(404, 5, 1, false)]
    public void What_is_passing_is_unavailable_to_each_kind_of_caller(int http, int grpc, int exit, bool isPassing)
    {
        var alike = Enum.GetValues<ErrorCode>().Select(static code => code.Meaning()).Where(meaning => meaning.GrpcStatus == grpc).ToList();
        alike.ShouldNotBeEmpty();
        alike.ShouldAllBe(meaning => meaning.HttpStatus == http && meaning.ExitCode == exit && meaning.IsPassing == isPassing);
    }
}
