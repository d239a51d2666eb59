using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;
using Timestone.Hosting;
using Timestone.Silo;
using Timestone.Tests.Services;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Orleans.Tests.Storage;

/// <summary>The grain storage of a silo without Redis, within the silo program.</summary>
[Collection(Apart.Name)]
[Slow]
public sealed class FileStorageTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    private string Grains => Path.Combine(_data.Path, "grains");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task State_survives_a_restart_and_a_write_that_was_cut_short()
    {
        await WithSiloAsync(async grains => await grains("a").WriteAsync("kept"));
        var file = Directory.GetFiles(Grains).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(file + ".new", "TSTONG");
        await WithSiloAsync(async grains =>
        {
            (await grains("a").ReadAsync()).ShouldBe("kept");
            await grains("a").WriteAsync("kept again");
        });
        await WithSiloAsync(async grains =>
        {
            (await grains("a").ReadAsync()).ShouldBe("kept again");
            await grains("a").ClearAsync();
        });
        Directory.GetFiles(Grains).ShouldBeEmpty();
        await WithSiloAsync(async grains => (await grains("a").ReadAsync()).ShouldBeNull());
    }

    [Fact]
    public async Task Another_ETag_is_refused_and_changes_nothing() => await WithSiloAsync(async grains =>
    {
        var grain = grains("a");
        (await grain.IsOverwriteRefusedAsync("before there is any")).ShouldBeTrue();
        await grain.WriteAsync("kept");
        (await grain.IsOverwriteRefusedAsync("lost")).ShouldBeTrue();
        await grain.WriteAsync("kept again");
    });

    [Fact]
    public async Task Keys_of_any_length_and_case_are_kept_apart()
    {
        string[] keys = ["a", "A", "../a", "ä", new('x', 2000)];
        await WithSiloAsync(async grains =>
        {
            foreach (var key in keys)
                await grains(key).WriteAsync(key);
        });
        await WithSiloAsync(async grains =>
        {
            foreach (var key in keys)
                (await grains(key).ReadAsync()).ShouldBe(key);
        });
        Directory.GetFileSystemEntries(Grains).Length.ShouldBe(keys.Length);
    }

    [Theory]
    [InlineData(0, "does not begin as a state does")]
    [InlineData(8, "its format is version")]
    [InlineData(-1, "its checksum is wrong")]
    public async Task A_damaged_file_is_not_taken_for_a_state(int at, string says)
    {
        await WithSiloAsync(async grains => await grains("a").WriteAsync("kept"));
        var file = Directory.GetFiles(Grains).ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[at < 0 ? bytes.Length + at : at] ^= 0x40;
        await File.WriteAllBytesAsync(file, bytes);
        await WithSiloAsync(async grains =>
        {
            var message = (await Should.ThrowAsync<Exception>(grains("a").ReadAsync)).ToString();
            message.ShouldContain(file);
            message.ShouldContain(says);
        });
    }

    private async Task WithSiloAsync(Func<Func<string, INotesGrain>, Task> use)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Timestone:Silo:SiloPort"] = FreePort.Text(),
            ["Timestone:Silo:GatewayPort"] = FreePort.Text(),
        });
        var options = new TimestoneServerOptions { Urls = "http://127.0.0.1:0", GrpcUrls = "off", Data = _data.Path };
        using var host = new SiloHost();
        var program = new HostProgram { Name = "timestone-silo", Configure = host.Configure };
        await using var silo = await TimestoneServer.StartAsync(builder, options, program, CancellationToken.None);
        await use(key => silo.Services.GetRequiredService<IGrainFactory>().GetGrain<INotesGrain>(key));
    }
}
