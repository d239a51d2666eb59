using System.Collections.Concurrent;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>Its key names the stream that it records.</summary>
[Alias("test.recording")]
public interface IRecordingGrain : IGrainWithStringKey;

/// <summary>Records what is on the streams of a namespace, one event at a time.</summary>
[ImplicitStreamSubscription(Namespace), GrainType("test.recording")]
internal sealed class RecordingGrain : Grain, IRecordingGrain, IStreamSubscriptionObserver, IAsyncObserver<string>
{
    public const string Namespace = "recorded";
    private static readonly ConcurrentDictionary<string, Recording> Recordings = new(StringComparer.Ordinal);

    /// <summary>What is recorded of a stream.</summary>
    public static Recording Of(string stream) => Recordings.GetOrAdd(stream, static _ => new Recording());

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<string>().ResumeAsync(this);

    public Task OnNextAsync(string item, StreamSequenceToken? token = null) => Of(this.GetPrimaryKeyString()).TakeAsync(item, token);

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}
