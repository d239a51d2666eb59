using Microsoft.Extensions.Hosting;
using Timestone.Client.Orleans;

namespace Timestone.Orleans.Tests.Docs;

/// <summary>The snippets of docs/dotnet.md that need Orleans, as <c>DotnetSnippets</c> has the others.</summary>
internal static class OrleansSnippets
{
    public static void AddClient(HostApplicationBuilder builder)
    {
        #region Call a cluster of silos
        builder.AddTimestoneOrleansClient(options => options.Redis = "127.0.0.1:6379");
        #endregion
    }
}
