namespace Timestone.Grpc;

/// <summary>
/// Enumerations. Protobuf's begin with a value for "not given", so that each number is one more than ours; those of
/// <see cref="PurgeScope"/> are the same. A number that is not defined stays one: whoever checks the record refuses it.
/// </summary>
internal static class Names
{
    public static V1.MessageState ToProto(this MessageState? state) => state is { } given ? ToProto(given) : default;

    public static V1.MessageState ToProto(this MessageState state) => (V1.MessageState)((int)state + 1);

    public static MessageState? ToRecord(this V1.MessageState state) => state == default ? null : (MessageState)Byte((int)state - 1);

    public static V1.QueueType ToProto(this QueueType type) => (V1.QueueType)(type + 1);

    public static QueueType? ToRecord(this V1.QueueType type) => type == default ? null : (QueueType)(type - 1);

    public static V1.BackoffKind ToProto(this BackoffKind kind) => (V1.BackoffKind)(kind + 1);

    public static BackoffKind? ToRecord(this V1.BackoffKind kind) => kind == default ? null : (BackoffKind)(kind - 1);

    public static V1.PurgeScope ToProto(this PurgeScope scope) => (V1.PurgeScope)scope;

    public static PurgeScope ToRecord(this V1.PurgeScope scope) => (PurgeScope)scope;

    public static V1.SettlementAction ToProto(this SettlementAction action) => (V1.SettlementAction)(action + 1);

    public static SettlementAction ToRecord(this V1.SettlementAction action) => (SettlementAction)(action - 1);

    public static V1.OmittedText ToProto(this OmittedText? omitted) => omitted is { } given ? (V1.OmittedText)((int)given + 1) : default;

    public static OmittedText? ToRecord(this V1.OmittedText omitted) => omitted == default ? null : (OmittedText)Byte((int)omitted - 1);

    public static V1.JournalRoom ToProto(this JournalRoom room) => (V1.JournalRoom)(room + 1);

    public static JournalRoom ToRecord(this V1.JournalRoom room) => (JournalRoom)(room - 1);

    public static V1.SearchOrder ToProto(this SearchOrder order) => (V1.SearchOrder)(order + 1);

    public static SearchOrder ToRecord(this V1.SearchOrder order) => order == default ? default : (SearchOrder)(order - 1);

    public static V1.TransitionCause ToProto(this TransitionCause cause) => (V1.TransitionCause)((int)cause + 1);

    public static TransitionCause ToRecord(this V1.TransitionCause cause) => (TransitionCause)Byte((int)cause - 1);

    // None of those enumerations has a value of 255.
    private static byte Byte(int number) => number is >= 0 and < byte.MaxValue ? (byte)number : byte.MaxValue;
}
