using System.Text.Json;
using Grpc.Core;
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
            .ShouldContain(string.Join('\n', rows) + '\n');
    }

    [Fact]
    public void The_table_of_gRPC_in_the_docs_has_each_code_with_its_status()
    {
        var page = Repository.Read("docs/grpc.md");
        foreach (var codes in Enum.GetValues<ErrorCode>().GroupBy(static code => (StatusCode)code.Meaning().GrpcStatus))
        {
            var row = $"| `{JsonNamingPolicy.SnakeCaseUpper.ConvertName(codes.Key.ToString())}` | ";
            page.ShouldContain(row + string.Join(", ", codes.Select(static code => $"`{EnumNames.Of(code)}`")));
        }
    }

    [Fact]
    public void No_two_codes_mean_the_same()
    {
        var titles = Enum.GetValues<ErrorCode>().Append(Unknown).Select(static code => code.Meaning().Title).ToList();
        titles.Distinct().Count().ShouldBe(titles.Count);
    }

    [Fact]
    public void What_passes_is_unavailable_to_each_kind_of_caller_and_nothing_else_is()
    {
        foreach (var (http, grpc, exit, isPassing) in Enum.GetValues<ErrorCode>().Append(Unknown).Select(static code =>
                     (code.Meaning().HttpStatus, code.Meaning().GrpcStatus, code.Meaning().ExitCode, code.IsPassing())))
            (http == 503, grpc == 14, exit == 3).ShouldBe((isPassing, isPassing, isPassing));
        Unknown.IsPassing().ShouldBeTrue("an older client asks again");
    }

    // Of a later version.
    private const ErrorCode Unknown = (ErrorCode)200;
}
