using Shouldly;
using Timestone.Tests.Cli;
using Timestone.Tests.Support;
using Timestone.Tests.Tidy;

namespace Timestone.Tests.Grpc;

/// <summary>A program for Node, on the protobuf that is published and on packages as they are.</summary>
public static class NodeWalk
{
    /// <summary>Has it call every method of the server at HOST:PORT.</summary>
    public static async Task CallEveryMethodAsync(string address)
    {
        Needs.Node();
        using var folder = new TemporaryDirectory();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Grpc", "walk.mjs"), Path.Combine(folder.Path, "walk.mjs"));
        string[] packages = ["@grpc/grpc-js@1", "@grpc/proto-loader@0"];
        var installed = await Processes.RunAsync("npm", ["install", "--no-audit", "--no-fund", "--prefix", folder.Path, .. packages]);
        installed.Code.ShouldBe(0, installed.Error);
        var protos = Path.Combine(Repository.Root, "contracts", "grpc");
        var said = await Processes.RunAsync("node", [Path.Combine(folder.Path, "walk.mjs"), address, protos]);
        said.Code.ShouldBe(0, said.Error);
        var called = said.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        called.ShouldBe(Timestone.Grpc.V1.Timestone.Descriptor.Methods.Select(static method => method.Name), ignoreOrder: true);
    }
}
