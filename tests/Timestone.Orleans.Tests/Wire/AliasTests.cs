using System.Reflection;
using Shouldly;
using Timestone.Grains;
using Xunit;

namespace Timestone.Orleans.Tests.Wire;

/// <summary>Silos of two versions talk to each other during a rolling upgrade: what they say must not be named by what code is called.</summary>
public sealed class AliasTests
{
    private static readonly Type[] Types = typeof(IQueueGrain).Assembly.GetTypes();

    private static readonly Type[] Interfaces = [.. Types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)))];

    [Fact]
    public void Every_grain_interface_and_every_method_has_an_alias_of_its_own()
    {
        Interfaces.Length.ShouldBeGreaterThanOrEqualTo(3);
        AllDifferent(Interfaces);
        foreach (var grain in Interfaces)
            AllDifferent(grain.GetMethods());
    }

    [Fact]
    public void Every_method_says_how_long_its_caller_waits() =>
        Interfaces.SelectMany(static grain => grain.GetMethods()).ShouldAllBe(method => method.GetCustomAttribute<ResponseTimeoutAttribute>() != null);

    [Fact]
    public void Every_record_on_the_wire_has_an_alias_of_its_own_and_numbered_fields()
    {
        var records = Types.Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null).ToArray();
        records.Length.ShouldBeGreaterThan(20);
        AllDifferent(records);
        foreach (var record in records)
        {
            var ids = record.GetFields().Select(field => field.GetCustomAttribute<IdAttribute>().ShouldNotBeNull($"{record.Name}.{field.Name}").Id).ToArray();
            ids.ShouldBe(Enumerable.Range(0, ids.Length).Select(id => (uint)id), record.Name);
        }
    }

    [Fact]
    public void Every_property_of_a_record_is_on_the_wire()
    {
        // What is told as JSON is looked at where that is, and these three are made of other things than their properties.
        Type[] special = [typeof(Metadata), typeof(Payload), typeof(TimestoneException)];
        foreach (var (record, wire) in Types.SelectMany(static type => type.GetInterfaces())
            .Where(static type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConverter<,>))
            .Select(static type => (type.GenericTypeArguments[0], type.GenericTypeArguments[1])))
        {
            var fields = wire.GetFields().Select(static field => field.Name).ToArray();
            if (!special.Contains(record) && fields is not ["Json"])
                fields.Order().ShouldBe(record.GetProperties().Where(static property => property.SetMethod is not null).Select(static property => property.Name).Order(), record.Name);
        }
    }

    [Fact]
    public void Every_class_of_a_grain_has_a_type_of_its_own_name()
    {
        var grains = typeof(SiloQueues).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(Grain))).ToArray();
        grains.Length.ShouldBe(Interfaces.Length);
        grains.ShouldAllBe(grain => grain.GetCustomAttribute<GrainTypeAttribute>() != null);
    }

    private static void AllDifferent(IReadOnlyCollection<MemberInfo> members) =>
        members.Select(member => member.GetCustomAttribute<AliasAttribute>().ShouldNotBeNull(member.Name).Alias).ShouldBeUnique();
}
