namespace Timestone.Indexing.Elasticsearch;

/// <summary>A message as its queue holds it, in the shape in which it is indexed.</summary>
/// <param name="Indexed">The message.</param>
/// <param name="Life">Its life.</param>
internal sealed record JournalMessage(IndexedMessage Indexed, MessageLife Life)
{
    /// <summary>The id of its document.</summary>
    public string Document => CurrentDocument.IdOf(Indexed.Queue, Indexed.Id, Indexed.Life);

    /// <exception cref="IOException">The service does not tell lives.</exception>
    public static JournalMessage Of(Message message)
    {
        var indexed = new IndexedMessage
        {
            Queue = message.Queue,
            Id = message.Id,
            Life = message.Life ?? throw new IOException("The service does not tell the lives of messages; it is older than this program."),
            Version = message.Version,
            State = message.State,
            Priority = message.Priority,
            Deadline = message.Deadline,
            Metadata = message.Metadata,
            EnqueuedAt = message.EnqueuedAt,
            UpdatedAt = message.UpdatedAt,
            VisibleAt = message.VisibleAt,
            Attempt = message.Attempt,
            Worker = message.Worker,
            Error = message.Error,
        };
        return new JournalMessage(
            indexed,
            MessageLife.Parse(indexed.Life) ?? throw new IOException($"'{indexed.Life}' is no life of a message.")
        );
    }

    /// <summary>What writes it to the index of current messages.</summary>
    public BulkWrite Write() =>
        BulkWrite.Of(
            new StreamEvent
            {
                Schema = StreamEvent.CurrentSchema,
                Kind = StreamEventKind.Message,
                Message = Indexed,
            },
            Indexed,
            Life
        );
}
