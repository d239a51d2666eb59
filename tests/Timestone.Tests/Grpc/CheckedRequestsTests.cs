using System.Buffers;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Shouldly;
using Timestone.Api;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>Requests of few bytes that would be many objects.</summary>
public sealed class CheckedRequestsTests
{
    private const int Bytes = 16 * 1024 * 1024;
    private const long MostAllocated = 100L * 1024 * 1024;

    [Fact]
    public void A_batch_of_millions_of_items_is_refused_before_it_takes_memory() =>
        Refusal(V1.EnqueueRequest.Descriptor, Repeated([0x12, 0x00])).ShouldBe("messages");

    [Fact]
    public void Metadata_of_millions_of_pairs_is_refused_before_it_takes_memory()
    {
        // Pairs of an empty key and an empty value: of a filter, then of one message.
        Refusal(V1.DequeueRequest.Descriptor, Repeated([0x3a, 0x00])).ShouldBe("filter");
        var pairs = Repeated([0x1a, 0x00]);
        byte[] message = [0x12, .. Varint(pairs.Length), .. pairs];
        Refusal(V1.EnqueueRequest.Descriptor, message).ShouldBe("metadata");
    }

    [Fact]
    public void Millions_of_unknown_fields_are_skipped_and_take_no_memory()
    {
        // Groups that are empty, which a parser that keeps them makes a table of each.
        var (read, allocated) = Read(V1.GetQueueRequest.Descriptor, Repeated([0x7b, 0x7c]));
        read.ShouldBe(new V1.GetQueueRequest());
        allocated.ShouldBeLessThan(MostAllocated);
    }

    [Fact]
    public void A_batch_that_is_full_is_read()
    {
        var batch = new V1.EnqueueRequest { Queue = "q" };
        for (var i = 0; i < Limits.MaxBatch; i++)
            batch.Messages.Add(
                new V1.NewMessage
                {
                    Payload = new V1.Payload { Json = $"\"{new string('x', 100)}\"" },
                    Metadata = { ["k"] = "v" },
                }
            );
        Read(V1.EnqueueRequest.Descriptor, Google.Protobuf.MessageExtensions.ToByteArray(batch)).Read.ShouldBe(batch);
    }

    private static string Refusal(MessageDescriptor type, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Should.Throw<RpcException>(() => Read(type, bytes));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(MostAllocated);
        refusal.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        return refusal.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations[0].Field;
    }

    private static (object Read, long Allocated) Read(MessageDescriptor type, byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = CheckedRequests.Read(new Request(bytes), type, type.Parser.WithDiscardUnknownFields(true));
        return (read, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Repeated(byte[] field)
    {
        var bytes = new byte[Bytes];
        for (var i = 0; i < bytes.Length; i += field.Length)
            field.CopyTo(bytes, i);
        return bytes;
    }

    private static IEnumerable<byte> Varint(int number)
    {
        for (; number >= 0x80; number >>= 7)
            yield return (byte)(number | 0x80);
        yield return (byte)number;
    }

    private sealed class Request(byte[] bytes) : DeserializationContext
    {
        public override int PayloadLength => bytes.Length;

        public override byte[] PayloadAsNewBuffer() => bytes;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
    }
}
