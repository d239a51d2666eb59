using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Timestone.Client;
using Xunit;

namespace Timestone.Tests.Client;

public sealed class ClientOptionsTests
{
    private static readonly Dictionary<string, Action<TimestoneClientOptions>> Wrong = new()
    {
        [nameof(TimestoneClientOptions.Addresses)] = options =>
            options.Addresses = [new Uri("http://here"), new Uri("/here", UriKind.Relative)],
        [nameof(TimestoneClientOptions.Protocol)] = options => options.Protocol = (TimestoneProtocol)2,
        [nameof(TimestoneClientOptions.RequestTimeout)] = options => options.RequestTimeout = TimeSpan.Zero,
        [nameof(TimestoneClientOptions.ConnectTimeout)] = options => options.ConnectTimeout = TimeSpan.FromDays(2),
        [nameof(TimestoneClientOptions.RetryFor)] = options => options.RetryFor = TimeSpan.FromTicks(-1),
        [nameof(TimestoneClientOptions.RetryDelay)] = options => options.RetryDelay = TimeSpan.Zero,
        [nameof(TimestoneClientOptions.MaxRetryDelay)] = options => options.MaxRetryDelay = TimeSpan.FromMilliseconds(1),
        [nameof(TimestoneClientOptions.CertificateAuthority)] = options => options.CertificateAuthority = "/nowhere/ca.crt",
        [nameof(TimestoneClientOptions.Certificate)] = options => options.Certificate = "/nowhere/client.crt",
        [nameof(TimestoneClientOptions.CertificateKey)] = options => options.CertificateKey = "client.key",
    };

    public static TheoryData<string> Fields => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_wrong_option_is_refused_by_name(string field)
    {
        var options = new TimestoneClientOptions();
        Wrong[field](options);
        Should.Throw<ArgumentException>(() => new TimestoneClient(options)).ParamName.ShouldBe(field);
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddTimestoneClient(Wrong[field])).ParamName.ShouldBe(field);
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("http://host/?query")]
    [InlineData("http://user@host/")]
    [InlineData("grpc://host:7071/path")]
    public void An_address_that_has_more_than_it_may_is_refused(string address) =>
        Should.Throw<ArgumentException>(() => new TimestoneClient(new Uri(address))).ParamName.ShouldBe("Addresses");

    [Fact]
    public void Addresses_of_two_protocols_are_refused()
    {
        Should
            .Throw<ArgumentException>(static () => new TimestoneClient(new Uri("http://a:7070"), new Uri("grpc://a:7071")))
            .ParamName.ShouldBe("Addresses");
        var contradiction = new TimestoneClientOptions { Address = new Uri("grpc://a:7071"), Protocol = TimestoneProtocol.Http };
        Should.Throw<ArgumentException>(() => new TimestoneClient(contradiction)).ParamName.ShouldBe("Addresses");
    }

    [Fact]
    public void Each_option_is_checked() =>
        Wrong.Keys.ShouldBe(
            typeof(TimestoneClientOptions)
                .GetProperties()
                .Where(property => property.CanWrite && property.PropertyType != typeof(bool))
                .Where(property => property.Name != nameof(TimestoneClientOptions.Address))
                .Select(property => property.Name),
            ignoreOrder: true
        );

    [Fact]
    public async Task The_services_hold_one_client()
    {
        await using var services = new ServiceCollection()
            .AddTimestoneClient(new Uri("http://localhost:1"))
            .AddTimestoneClient(new Uri("http://localhost:2"))
            .BuildServiceProvider();

        services.GetRequiredService<ITimestone>().ShouldBeSameAs(services.GetRequiredService<TimestoneClient>());
        services.GetServices<ITimestone>().Count().ShouldBe(1);
    }
}
