using System.Reflection;
using Shouldly;
using Timestone.Grains;
using Timestone.Grains.Wire;
using Xunit;

namespace Timestone.Orleans.Tests.Wire;

/// <summary>
/// Silos of two versions talk to each other during a rolling upgrade: what they say must not be named by what code is called.
/// </summary>
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
        Interfaces
            .SelectMany(static grain => grain.GetMethods())
            .ShouldAllBe(method => method.GetCustomAttribute<ResponseTimeoutAttribute>() != null);

    [Fact]
    public void Every_record_on_the_wire_that_is_not_JSON_has_an_alias_of_its_own_and_numbered_fields()
    {
        var records = Types.Where(type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null).ToArray();
        records.ShouldContain(static record => record.Name == "WireDequeueRequest");
        AllDifferent(records);
        foreach (var record in records)
        {
            var ids = record
                .GetFields()
                .Select(field => field.GetCustomAttribute<IdAttribute>().ShouldNotBeNull($"{record.Name}.{field.Name}").Id)
                .ToArray();
            ids.ShouldBe(Enumerable.Range(0, ids.Length).Select(id => (uint)id), record.Name);
        }
    }

    [Fact]
    public void Every_property_of_a_dequeue_is_on_the_wire()
    {
        foreach (
            var (record, wire) in new[]
            {
                (typeof(DequeueRequest), typeof(WireDequeueRequest)),
                (typeof(DequeueResult), typeof(WireDequeueResult)),
            }
        )
        {
            wire.GetFields()
                .Select(static field => field.Name)
                .Order()
                .ShouldBe(
                    record
                        .GetProperties()
                        .Where(static property => property.SetMethod is not null)
                        .Select(static property => property.Name)
                        .Order(),
                    record.Name
                );
        }
    }

    [Fact]
    public void Every_record_that_a_grain_is_told_or_tells_has_a_sample()
    {
        var told = Interfaces
            .SelectMany(static grain => grain.GetMethods())
            .SelectMany(static method =>
                method.GetParameters().Select(static parameter => parameter.ParameterType).Append(method.ReturnType)
            )
            .Select(static type =>
                type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GenericTypeArguments[0] : type
            )
            .Select(static type => type.GetElementType() ?? type)
            .Where(static type => type.Assembly == typeof(Message).Assembly && type.IsClass)
            .ToHashSet();
        told.Count.ShouldBeGreaterThan(15);
        // A filter has its sample within those that carry one.
        told.Remove(typeof(Metadata)).ShouldBeTrue();
        told.ShouldBeSubsetOf(WireSamples.All.Values.Select(static sample => sample.GetType()));
        JsonRecords
            .Codecs.Select(static codec => codec.GenericTypeArguments[0])
            .ShouldBeSubsetOf(WireSamples.All.Values.Select(static sample => sample.GetType()));
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
