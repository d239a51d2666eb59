using System.Security.Cryptography;
using System.Text;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Timestone.Journals.Files;

namespace Timestone.Silo.Storage;

/// <summary>
/// Keeps grains' state where a silo has no Redis: a file for each state, which a write replaces as a whole. Whatever ends the process or
/// the machine, the file holds the state before the write or the one after it.
/// </summary>
/// <remarks>
/// One silo alone uses the directory: the file journal beside it holds the lock. So the ETag needs to be checked against other
/// writers of this process only, of which there are two when a grain has two activations for a moment.
/// </remarks>
internal sealed class FileGrainStorage(string directory, bool sync, IGrainStorageSerializer serializer, IActivatorProvider activators)
    : IGrainStorage
{
    private const string Extension = ".state", Unfinished = ".new";

    // Writers of different states seldom wait for one another.
    private readonly Lock[] _locks = [.. Enumerable.Range(0, 64).Select(static _ => new Lock())];

    /// <exception cref="InvalidDataException">The file is damaged, or a later version wrote it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var place = PlaceOf(stateName, grainId);

        // A file is replaced, never changed, so reading it needs no lock.
        var found = await Task.Run(() => Find(place)).ConfigureAwait(false);
        grainState.RecordExists = found is not null;
        grainState.ETag = found?.ETag;
        grainState.State = found is null ? activators.GetActivator<T>().Create() : serializer.Deserialize<T>(new BinaryData(found.State));
    }

    /// <exception cref="InconsistentStateException">Another ETag is stored. Nothing has changed.</exception>
    /// <exception cref="IOException">The disk failed: whether the state was written is unknown.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var place = PlaceOf(stateName, grainId);
        var file = new StateFile(Guid.NewGuid().ToString("N"), place.Name, serializer.Serialize(grainState.State).ToMemory());
        await ChangeAsync(place, grainState.ETag, () => Replace(place, file.Write())).ConfigureAwait(false);
        grainState.ETag = file.ETag;
        grainState.RecordExists = true;
    }

    /// <exception cref="InconsistentStateException">Another ETag is stored. Nothing has changed.</exception>
    /// <exception cref="IOException">The disk failed: whether the state was removed is unknown.</exception>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var place = PlaceOf(stateName, grainId);
        await ChangeAsync(place, grainState.ETag, () => Remove(place)).ConfigureAwait(false);
        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = activators.GetActivator<T>().Create();
    }

    // The disk blocks, which a thread that runs grains must not.
    private Task ChangeAsync(Place place, string? etag, Action change) => Task.Run(() =>
    {
        lock (_locks[place.Lock % _locks.Length])
        {
            var stored = Find(place)?.ETag;
            if (stored != etag)
                throw new InconsistentStateException($"The state '{place.Name}' was changed by another.", stored ?? "none", etag ?? "none");
            change();
        }
    });

    private static StateFile? Find(Place place)
    {
        try
        {
            return StateFile.Read(File.ReadAllBytes(place.Path)) is var file && file.Name == place.Name
                ? file
                : throw new InvalidDataException($"it holds the state '{file.Name}'");
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (InvalidDataException problem)
        {
            throw new InvalidDataException($"The state '{place.Name}' in {place.Path} cannot be read: {problem.Message}.");
        }
    }

    private void Replace(Place place, byte[] bytes)
    {
        Directory.CreateDirectory(directory);
        var unfinished = place.Path + Unfinished;
        using (var file = File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, bytes, 0);
            if (sync)
                Posix.Sync(file);
        }

        File.Move(unfinished, place.Path, overwrite: true);
        SyncDirectory();
    }

    private void Remove(Place place)
    {
        if (!Directory.Exists(directory))
            return;
        File.Delete(place.Path);
        SyncDirectory();
    }

    private void SyncDirectory()
    {
        if (!sync)
            return;
        Posix.SyncDirectory(directory);

        // It may just have been made.
        Posix.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
    }

    private Place PlaceOf(string stateName, GrainId grainId)
    {
        // A key may be longer than a file's name, and differ from another in case alone.
        var name = $"{grainId}/{stateName}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        return new Place(name, Path.Combine(directory, Convert.ToHexStringLower(hash) + Extension), hash[0]);
    }

    private sealed record Place(string Name, string Path, int Lock);
}
