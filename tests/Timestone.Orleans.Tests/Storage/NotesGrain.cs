using Microsoft.Extensions.DependencyInjection;
using Timestone.Grains;

namespace Timestone.Orleans.Tests.Storage;

/// <summary>A grain as a user of the silos writes one: it keeps a state of its own in the storage that the silo has.</summary>
[Alias("test.notes")]
public interface INotesGrain : IGrainWithStringKey
{
    /// <summary>What it read when it was activated.</summary>
    [Alias("read")]
    Task<string?> ReadAsync();

    [Alias("write")]
    Task WriteAsync(string text);

    /// <summary>Writes with an ETag that is not the stored one; whether that was refused.</summary>
    [Alias("overwrite")]
    Task<bool> IsOverwriteRefusedAsync(string text);

    [Alias("clear")]
    Task ClearAsync();

    /// <summary>Which silo it is on.</summary>
    [Alias("silo")]
    Task<SiloAddress> SiloAsync();
}

/// <summary>What it keeps.</summary>
[GenerateSerializer, Alias("test.notes.state")]
public sealed class Notes
{
    [Id(0)]
    public string? Text { get; set; }
}

[GrainType("test.notes")]
internal sealed class NotesGrain(
    [PersistentState("notes", TimestoneGrainStorage.Name)] IPersistentState<Notes> notes,
    IGrainContext context) : Grain, INotesGrain
{
    public Task<string?> ReadAsync() => Task.FromResult(notes.RecordExists ? notes.State.Text : null);

    public Task WriteAsync(string text)
    {
        notes.State.Text = text;
        return notes.WriteStateAsync();
    }

    public async Task<bool> IsOverwriteRefusedAsync(string text)
    {
        var storage = ServiceProvider.GetRequiredKeyedService<global::Orleans.Storage.IGrainStorage>(TimestoneGrainStorage.Name);
        var stale = new GrainState<Notes>(new Notes { Text = text }, "another");
        try
        {
            await storage.WriteStateAsync("notes", context.GrainId, stale);
            return false;
        }
        catch (global::Orleans.Storage.InconsistentStateException)
        {
            return true;
        }
    }

    public Task ClearAsync() => notes.ClearStateAsync();

    public Task<SiloAddress> SiloAsync() => Task.FromResult(context.Address.SiloAddress!);
}
