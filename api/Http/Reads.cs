using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Timestone.Api;

/// <summary>What can be read can be asked for with HEAD.</summary>
public static class Reads
{
    /// <summary>Routes mapped on what this returns answer HEAD wherever they answer GET: the same, without the body.</summary>
    public static IEndpointRouteBuilder MapReads(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("");
        ((IEndpointConventionBuilder)group).Finally(static endpoint =>
        {
            if (
                endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is not { } methods
                || !methods.HttpMethods.Contains(HttpMethods.Get)
                || methods.HttpMethods.Contains(HttpMethods.Head)
            )
                return;
            endpoint.Metadata.Remove(methods);
            endpoint.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head], methods.AcceptCorsPreflight));
        });
        return group;
    }
}
