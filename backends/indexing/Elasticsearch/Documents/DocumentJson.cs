using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Timestone.Engine;
using Timestone.Json;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Documents as JSON: messages and transitions as they are streamed, but for what Elasticsearch could not search so. What a later version
/// has added is passed over.
/// </summary>
internal static class DocumentJson
{
    private static readonly JsonSerializerOptions Options = new(AnswerJson.Default.Options)
    {
        Converters = { new MetadataKeywords(), new PayloadText() },
        TypeInfoResolver = TimestoneJson.Default.WithAddedModifier(Adapt),
    };

    /// <summary>A document of the index of current messages.</summary>
    public static JsonTypeInfo<IndexedMessage> Current { get; } = (JsonTypeInfo<IndexedMessage>)Options.GetTypeInfo(typeof(IndexedMessage));

    /// <summary>A document of a historic index.</summary>
    public static JsonTypeInfo<Transition> Historic { get; } = (JsonTypeInfo<Transition>)Options.GetTypeInfo(typeof(Transition));

    private static void Adapt(JsonTypeInfo type)
    {
        if (type.Type == typeof(IndexedMessage))
            AddLife(type, static message => ((IndexedMessage)message).Life);
        if (type.Type != typeof(Transition))
            return;
        AddLife(type, static transition => ((Transition)transition).Life);
        var stay = type.Properties.Single(static property => property.Name == "secondsInFrom");
        (stay.Name, stay.CustomConverter) = ("millisInFrom", new Milliseconds());
    }

    // As numbers, which lives are sorted by.
    private static void AddLife(JsonTypeInfo type, Func<object, string> lifeOf)
    {
        Add("lifeCreatedAt", static life => life.QueueCreatedAt);
        Add("lifeSequence", static life => life.Sequence);

        void Add(string name, Func<LifeId, long> numberOf)
        {
            var property = type.CreateJsonPropertyInfo(typeof(long), name);
            property.Get = document => numberOf(LifeId.Parse(lifeOf(document)));
            type.Properties.Add(property);
        }
    }
}
