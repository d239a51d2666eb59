using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Server;

/// <summary>What a server's log says, and that its configuration is that of any ASP.NET Core host.</summary>
[Slow]
public sealed class LoggingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("timestone-logging-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_start_and_a_stop_are_told()
    {
        using var server = Start([]);
        while (!(await server.LineAsync()).Contains("Listening on ", StringComparison.Ordinal))
        {
            // What comes before tells of the recovery.
        }

        server.Terminate();

        var rest = await server.RestAsync();
        rest.ShouldContain("Told to stop");
        rest.ShouldContain("Stopped in ");
    }

    [Fact]
    public async Task The_formatter_is_the_configured_one()
    {
        using var server = Start(new() { ["Logging__Console__FormatterName"] = "json" });

        var line = await server.LineAsync();

        JsonNode.Parse(line)!["Category"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Log_levels_are_the_configured_ones()
    {
        using var server = Start(new() { ["Logging__LogLevel__Timestone.Hosting"] = "Error" });

        // Without that the first line tells of the recovery.
        (await server.LineAsync()).ShouldContain("Listening on ");
    }

    [Fact]
    public async Task A_broken_settings_file_is_named_with_the_line_and_the_reason()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "appsettings.json"), "{\n  \"Timestone\": { \"Data\" \"x\" }\n}");
        using var server = Start(new() { ["ASPNETCORE_CONTENTROOT"] = _folder });

        var (code, errors) = await server.ExitAsync();

        code.ShouldBe(1);
        errors.ShouldContain(Path.Combine(_folder, "appsettings.json"));
        errors.ShouldContain("after a property name");
        errors.ShouldContain("LineNumber: 1");
        errors.Trim().ShouldNotContain('\n');
    }

    private ServerProcess Start(Dictionary<string, string> environment) =>
        ServerProcess.StartWith(environment, "--urls", "http://127.0.0.1:0", "--data", Path.Combine(_folder, "data"));
}
