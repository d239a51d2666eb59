using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using Shouldly;
using Timestone.Grpc;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>A record that has been protobuf is what it was, in each of its properties, also in those that are added later.</summary>
public sealed class MappingTests
{
    [Fact]
    public void What_a_caller_sends_arrives_whole()
    {
        Kept<NewMessage>(static record => record.ToProto().ToRecord());
        Kept<DequeueRequest>(static record => record.ToProto().ToRecord());
        Kept<Settlement>(static record => record.ToProto().ToRecord());
        Kept<LeaseExtension>(static record => record.ToProto().ToRecord());
        Kept<Cancellation>(static record => record.ToProto().ToRecord());
        Kept<QueueSettings>(static record => record.ToProto().ToPatch().MergeInto(Fixed(record)));
        Kept<QueueSettingsPatch>(static record => record.ToProto().ToPatch());
        Kept<MessageSearch>(static record => record.ToProto().ToRecord());
        Kept<HistoryRequest>(static record => record.ToProto().ToRecord());
        Kept<StatsRequest>(static record => record.ToProto().ToRecord());
    }

    [Fact]
    public void What_a_server_answers_arrives_whole()
    {
        Kept<QueuePage>(static record => record.ToProto().ToRecord());
        Kept<QueueStats>(static record => record.ToProto().ToRecord());
        Kept<MessagePage>(static record => record.ToProto().ToRecord());
        Kept<DequeueResult>(static record => record.ToProto().ToRecord());
        Kept<MessageResult>(static record => record.ToProto().ToRecord());
        Kept<StateCounts>(static record => record.ToProto().ToRecord());
        Kept<SearchPage>(static record => record.ToProto().ToRecord());
        Kept<MessageHistory>(static record => record.ToProto().ToRecord());
        Kept<SearchStats>(static record => record.ToProto().ToRecord());
    }

    [Fact]
    public void What_is_lost_is_found() =>
        Should.Throw<ShouldAssertException>(static () => Kept<Settlement>(static record => record with { Permanent = false }));

    [Fact]
    public void What_is_not_given_stays_so()
    {
        new V1.NewMessage().ToRecord().ShouldBe(new NewMessage());
        Same(new DequeueRequest(), new V1.DequeueRequest().ToRecord(), nameof(DequeueRequest));
        new V1.SearchMessagesRequest().ToRecord().ShouldBe(new MessageSearch());
        new V1.GetHistoryRequest().ToRecord().ShouldBe(new HistoryRequest());
        new V1.GetSearchStatsRequest().ToRecord().ShouldBe(new StatsRequest());
        new MessageResult { Id = "m" }.ToProto().ToRecord().ShouldBe(new MessageResult { Id = "m" });
    }

    // What is fixed once a queue exists.
    private static QueueSettings Fixed(QueueSettings settings) => new() { Type = settings.Type, ExclusivityKey = settings.ExclusivityKey };

    private static void Kept<T>(Func<T, T> way)
        where T : notnull
    {
        var whole = (T)Sample(typeof(T), typeof(T).Name);
        Same(whole, way(whole), typeof(T).Name);
    }

    private static void Same(object? expected, object? actual, string path)
    {
        if (expected is not null && IsRecord(expected.GetType()))
            foreach (var property in Properties(expected.GetType()))
                Same(property.GetValue(expected), actual is null ? null : property.GetValue(actual), $"{path}.{property.Name}");
        else if (expected is IList list)
            for (var i = 0; i < list.Count; i++)
                Same(list[i], (actual as IEnumerable)?.Cast<object?>().ElementAtOrDefault(i), $"{path}[{i}]");
        else
            actual.ShouldBe(expected, path);
    }

    /// <summary>A value that is not that of a property which was not set.</summary>
    private static object Sample(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType)
        {
            var list = Array.CreateInstance(type.GetGenericArguments()[0], 1);
            list.SetValue(Sample(type.GetGenericArguments()[0], name), 0);
            return list;
        }

        if (IsRecord(type))
        {
            var record = RuntimeHelpers.GetUninitializedObject(type);
            foreach (var property in Properties(type))
                property.SetValue(record, Sample(property.PropertyType, property.Name));
            return record;
        }

        return type switch
        {
            _ when type == typeof(string) => name,
            _ when type == typeof(bool) => true,
            _ when type == typeof(int) => 7,
            _ when type == typeof(long) => long.MaxValue,
            _ when type == typeof(double) => 0.1,
            _ when type == typeof(TimeSpan) => TimeSpan.FromTicks(12_345_678),
            _ when type == typeof(DateTimeOffset) => new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(7),
            _ when type == typeof(Payload) => Payload.FromText("ä"),
            _ when type == typeof(Metadata) => Metadata.From([new("b", "2"), new("a", "ä")]),
            { IsEnum: true } => Enum.GetValues(type).Cast<object>().Last(),
            _ => throw new NotSupportedException($"{type} {name}"),
        };
    }

    private static bool IsRecord(Type type) => type is { IsClass: true } && type.GetMethod("<Clone>$") is not null;

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties().Where(static property => property.CanWrite);
}
