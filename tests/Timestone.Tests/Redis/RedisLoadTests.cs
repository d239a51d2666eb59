using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Redis;
using Timestone.Tests.Journal;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Redis;

/// <summary>Opening a queue asks for no large reply, whatever the queue holds.</summary>
[Slow]
public sealed class RedisLoadTests : IAsyncDisposable
{
    private const int MaxReplyBytes = 16 * 1024 * 1024;

    private readonly RedisServer _server = RedisServer.StartAnyKind();
    private readonly ReplyMeter _meter;
    private readonly RedisJournal _journal;

    public RedisLoadTests()
    {
        _meter = ReplyMeter.Before(_server);
        _journal = RedisJournal.Open(new RedisJournalOptions { Configuration = _meter.Address, Timeout = RedisServer.Patience });
    }

    public async ValueTask DisposeAsync()
    {
        await _journal.DisposeAsync();
        _meter.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Many_messages_come_in_pages()
    {
        const int Messages = 20_000;
        var queue = await TestQueue.OpenAsync(_journal);
        await queue.AddManyAsync(1, Messages, payloadBytes: 128);
        (await LargestReplyOfOpeningAsync(queue)).ShouldBeLessThan(1024 * 1024);
        _meter.Replies.ShouldBeGreaterThan(Messages / RowLoader.PageRows);
    }

    [Fact]
    public async Task Large_rows_and_payloads_come_few_at_a_time()
    {
        var queue = await TestQueue.OpenAsync(_journal);
        for (var first = 1; first < 2_000; first += 100)
            await queue.AddAsync([.. Enumerable.Range(first, 100).Select(LargeRow)]);
        await queue.AddManyAsync(10_000, 3, payloadBytes: 5 * 1024 * 1024);
        (await LargestReplyOfOpeningAsync(queue)).ShouldBeLessThan(MaxReplyBytes);
    }

    private async Task<int> LargestReplyOfOpeningAsync(TestQueue queue)
    {
        _meter.Reset();
        (await TestQueue.OpenAsync(_journal)).Contents.ShouldBe(queue.Contents);
        return _meter.Largest;
    }

    private static MessageRow LargeRow(int sequence) =>
        new()
        {
            Id = $"large-{sequence}",
            Sequence = sequence,
            Priority = sequence,
            EnqueuedAt = TestRows.Now,
            Payload = [],
            PayloadKind = PayloadKind.None,
            Metadata = Metadata.From(
                Enumerable
                    .Range(0, Limits.MaxMetadataPairs)
                    .Select(i => KeyValuePair.Create($"key{i}", new string('ż', Limits.MaxMetadataValueLength)))
            ),
            State = new RowState
            {
                State = MessageState.Errored,
                Version = 9,
                Notes = new Notes(
                    new string('語', Limits.MaxErrorLength),
                    new byte[Limits.MaxResultBytes],
                    new byte[Limits.MaxProgressBytes]
                ),
            },
        };
}
