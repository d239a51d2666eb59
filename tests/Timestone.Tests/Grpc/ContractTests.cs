using Google.Protobuf.Reflection;
using Shouldly;
using Timestone.Grpc;
using Timestone.Json;
using Timestone.Tests.Support;
using Timestone.Tests.Tidy;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>The protobuf stays what callers were compiled with, and says what ITimestone says.</summary>
public sealed class ContractTests
{
    private const string Stored = "contracts/grpc/timestone/v1/descriptor.txt";

    private static readonly FileDescriptor[] Files =
    [
        V1.MessagesReflection.Descriptor,
        V1.QueuesReflection.Descriptor,
        V1.SearchReflection.Descriptor,
        V1.WorkReflection.Descriptor,
        V1.ServiceReflection.Descriptor,
    ];

    // What was once there stays as it was: with another number, type or label, callers of before would misread it.
    [Fact]
    public void What_was_published_is_still_there()
    {
        var now = Described();
        var stored = Repository.Read(Stored).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        stored.Length.ShouldBeGreaterThan(150);
        stored.Except(now).ShouldBeEmpty($"Callers rely on what {Stored} says. Give what is new another name and number.");
        now.Except(stored).ShouldBeEmpty($"Add these lines to {Stored}.");
    }

    [Fact]
    public void Each_enumeration_has_the_names_of_its_own_and_one_for_not_given()
    {
        Same<MessageState, V1.MessageState>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<QueueType, V1.QueueType>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<BackoffKind, V1.BackoffKind>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<PurgeScope, V1.PurgeScope>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<SettlementAction, V1.SettlementAction>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<OmittedText, V1.OmittedText>(static value => ((OmittedText?)value).ToProto(), static proto => proto.ToRecord());
        Same<JournalRoom, V1.JournalRoom>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<SearchOrder, V1.SearchOrder>(static value => value.ToProto(), static proto => proto.ToRecord());
        Same<TransitionCause, V1.TransitionCause>(static value => value.ToProto(), static proto => proto.ToRecord());
        Files.SelectMany(static file => file.EnumTypes).Count().ShouldBe(9);
    }

    [Fact]
    public void A_queue_is_created_and_described_with_every_setting() =>
        UnusualSettings.All.ToProto().ToSettings().ShouldBe(UnusualSettings.All);

    [Fact]
    public void A_change_makes_every_setting_what_it_says()
    {
        var patch = UnusualSettings.All.ToProto().ToPatch();
        patch.ToProto().ShouldBe(UnusualSettings.All.ToProto());
        new QueueSettingsPatch().ToProto().ShouldBe(new V1.QueueSettings());
    }

    [Fact]
    public void Every_operation_has_a_method()
    {
        var operations = typeof(ITimestone).GetMethods().Select(static method => method.Name[..^"Async".Length]);
        var methods = V1.Timestone.Descriptor.Methods.Select(static method => method.Name == "GetQueueStats" ? "GetStats" : method.Name);
        operations.Except(methods).ShouldBeEmpty();
    }

    private static List<string> Described() =>
    [
        .. Files.SelectMany(static file => file.MessageTypes).Where(static type => !type.IsMapEntry).SelectMany(Fields),
        .. Files.SelectMany(static file => file.EnumTypes).SelectMany(static type =>
            type.Values.Select(value => $"{type.FullName}.{value.Name} = {value.Number}")
        ),
        .. Files.SelectMany(static file => file.Services).SelectMany(static service =>
            service.Methods.Select(method =>
                $"{method.FullName} {(method.IsClientStreaming ? "stream " : "")}{method.InputType.FullName} "
                + $"{(method.IsServerStreaming ? "stream " : "")}{method.OutputType.FullName}"
            )
        ),
    ];

    private static IEnumerable<string> Fields(MessageDescriptor type) =>
        type.Fields.InFieldNumberOrder().Select(field => $"{field.FullName} = {field.FieldNumber} {Label(field)}{Kind(field)}");

    private static string Label(FieldDescriptor field) =>
        field.IsMap ? "map "
        : field.IsRepeated ? "repeated "
        : field.RealContainingOneof is { } choice ? $"one of {choice.Name} "
        : field is { HasPresence: true, FieldType: not FieldType.Message } ? "optional "
        : "";

    private static string Kind(FieldDescriptor field) =>
        field.IsMap ? string.Join(',', field.MessageType.Fields.InFieldNumberOrder().Select(Kind))
        : field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            var type => type.ToString().ToLowerInvariant(),
        };

    private static void Same<TOurs, TProto>(Func<TOurs, TProto> toProto, Func<TProto, TOurs?> toOurs)
        where TOurs : struct, Enum
        where TProto : struct, Enum
    {
        Enum.GetValues<TProto>().Length.ShouldBe(Enum.GetValues<TOurs>().Length + 1);
        foreach (var value in Enum.GetValues<TOurs>())
        {
            EnumNames.Of(toProto(value)).ShouldBe(EnumNames.Of(value));
            toOurs(toProto(value)).ShouldBe(value);
        }
    }
}
