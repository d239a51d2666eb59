using Google.Protobuf;
using Grpc.Core;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Client.Grpc;

/// <summary>A call that can be made any number of times.</summary>
/// <param name="Make">Makes it.</param>
/// <param name="RetryRefusals">Whether it is made again when the server answers that it is unavailable.</param>
internal sealed record GrpcCall(Func<V1.Timestone.TimestoneClient, CallOptions, Task<IMessage>> Make, bool RetryRefusals = true);
