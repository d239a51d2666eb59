using Microsoft.Extensions.Configuration;
using Shouldly;
using Timestone.Backends.Files;
using Timestone.Server;
using Xunit;

namespace Timestone.Tests.Server;

public sealed class ServerCommandTests
{
    [Theory]
    [InlineData("--urls", "--urls http://0.0.0.0:7070")]
    [InlineData("--urls", "--urls http://*:7070")]
    [InlineData("--urls", "--urls http://+:7070")]
    [InlineData("--urls", "--urls http://[::]:7070")]
    [InlineData("--urls", "--urls=http://192.168.0.1:7070")]
    [InlineData("--urls", "--urls http://example.test:7070")]
    [InlineData("--urls", "--urls http://127.0.0.1:0;http://0.0.0.0:7070")]
    [InlineData("--urls", "--urls https://127.0.0.1:7070")]
    [InlineData("--urls", "--urls 127.0.0.1:7070")]
    [InlineData("--urls", "--urls http://127.0.0.1:70700")]
    [InlineData("--urls", "--urls ;")]
    [InlineData("--urls", "--urls")]
    [InlineData("--urls", "--urls --insecure")]
    [InlineData("--durability", "--durability maybe")]
    [InlineData("--durability", "--durability=")]
    [InlineData("--data", "--data=")]
    [InlineData("--data", "--data a --data b")]
    [InlineData("--insecure", "--insecure=yes")]
    [InlineData("--redis", "--redis=")]
    [InlineData("--redis", "--redis localhost:6379,colour=red")]
    [InlineData("--redis-wait-replicas", "--redis localhost:6379 --redis-wait-replicas some")]
    [InlineData("--redis-wait-replicas", "--redis localhost:6379 --redis-wait-replicas=-1")]
    [InlineData("--redis-wait-replicas", "--redis-wait-replicas 1")]
    [InlineData("--colour", "--colour red")]
    [InlineData("data", "data")]
    public async Task A_bad_option_is_one_line_that_names_it(string option, string commandLine)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        (await ServerCommand.RunAsync(commandLine.Split(' '), output, errors)).ShouldBe(1);
        errors.ToString().ShouldStartWith($"timestone-server: {option}: ");
        errors.ToString().Trim().ShouldNotContain('\n');
        output.ToString().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://127.0.0.1:7070")]
    [InlineData("http://127.8.9.10:0")]
    [InlineData("http://localhost:7070")]
    [InlineData("http://[::1]:7070")]
    [InlineData("http://127.0.0.1:7070;http://[::1]:7070")]
    public void Loopback_needs_no_permission(string urls) => Should.NotThrow(() => new TimestoneServerOptions { Urls = urls }.Check());

    [Fact]
    public void Other_addresses_need_it() => Should.NotThrow(() => new TimestoneServerOptions { Urls = "http://0.0.0.0:7070", Insecure = true }.Check());

    [Fact]
    public void Options_come_from_configuration_too()
    {
        var options = Read(new()
        {
            ["Timestone:Data"] = "/elsewhere",
            ["Timestone:Durability"] = "os",
            ["Timestone:AutoCreate"] = "false",
            ["Timestone:Defaults:leaseSeconds"] = "7.5",
            ["Timestone:Defaults:backoff:kind"] = "none",
        });
        options.Data.ShouldBe("/elsewhere");
        options.Durability.ShouldBe(Durability.Os);
        options.AutoCreate.ShouldBeFalse();
        options.Defaults.ShouldBe(new QueueSettings { Lease = TimeSpan.FromSeconds(7.5), Backoff = new Backoff { Kind = BackoffKind.None } });
        options.Urls.ShouldBe("http://127.0.0.1:7070");
    }

    [Theory]
    [InlineData("Timestone:Colour", "red")]
    [InlineData("Timestone:Insecure", "perhaps")]
    [InlineData("Timestone:Defaults:colour", "red")]
    [InlineData("Timestone:Defaults:maxAttempts", "many")]
    [InlineData("Timestone:Defaults:backoff:kind", "wild")]
    [InlineData("Kestrel:Endpoints:All:Url", "http://*:80")]
    public void Bad_configuration_is_refused_by_its_name(string key, string value) =>
        key.ShouldStartWith(Should.Throw<BadOptionException>(() => Read(new() { [key] = value })).Option);

    [Fact]
    public void Settings_out_of_range_are_refused() =>
        Should.Throw<BadOptionException>(() => Read(new() { ["Timestone:Defaults:leaseSeconds"] = "0" })).Message.ShouldBe("Timestone:Defaults: leaseSeconds must be 0.1 to 43200.");

    [Fact]
    public async Task Help_is_no_error()
    {
        using var output = new StringWriter();
        (await ServerCommand.RunAsync(["--help"], output, TextWriter.Null)).ShouldBe(0);
        output.ToString().ShouldContain("--durability fsync|os");
    }

    private static TimestoneServerOptions Read(Dictionary<string, string?> settings) =>
        ServerConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
