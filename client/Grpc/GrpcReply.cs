using Google.Protobuf;

namespace Timestone.Client.Grpc;

/// <summary>What a server answered: a message, or why it refused the call.</summary>
internal sealed record GrpcReply(IMessage? Message, TimestoneError? Refusal);
