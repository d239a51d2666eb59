using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;

namespace Timestone.Api;

/// <summary>Puts the rules of who may come in before everything that a host serves.</summary>
internal static class AccessExtensions
{
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions access)
    {
        services.AddSingleton(access).AddSingleton<AccessRules>();
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. access.Origins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders("Location", "Retry-After")));

        // After all else that configures them: where ASPNETCORE_FORWARDEDHEADERS_ENABLED is set, the framework would believe everybody.
        return services.PostConfigure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = access.TrustedProxies is []
                ? ForwardedHeaders.None
                : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in access.TrustedProxies)
                forwarded.KnownIPNetworks.Add(proxy);
        });
    }

    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        var access = app.ApplicationServices.GetRequiredService<AccessOptions>();
        var rules = app.ApplicationServices.GetRequiredService<AccessRules>();
        if (access.TrustedProxies is not [])
            app.UseForwardedHeaders();
        app.Use(next => context => rules.Refusal(context.Request) is { } refusal ? Problems.WriteAsync(context, refusal) : next(context));
        return access.Origins is [] ? app : app.UseCors();
    }
}
