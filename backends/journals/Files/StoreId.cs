using System.Text;

namespace Timestone.Journals.Files;

/// <summary>
/// What tells a data directory from every other: 32 digits of hexadecimal in a file of their own, which is made when they are first asked
/// for. Nothing of the queues depends on it, so one that is lost or damaged is made anew.
/// </summary>
internal static class StoreId
{
    private const int Length = 32;
    private const string Unfinished = FileNames.Id + ".new";

    /// <summary>Reads the id, or makes it.</summary>
    /// <param name="disk">The data directory.</param>
    /// <param name="notify">Is told where one is damaged; null for not at all.</param>
    /// <returns>It; null where it can be neither read nor made now.</returns>
    public static string? Keep(IJournalDisk disk, Action<string, Exception?>? notify)
    {
        try
        {
            var names = disk.List();
            if (!names.Contains(FileNames.Id))
                return Make(disk, names);
            if (Read(disk) is { } id)
                return id;
            notify?.Invoke(
                $"{FileNames.Id} is damaged: the store gets a new id. An index that bears the old one is refused until 'timestone reindex --take-over'.",
                null
            );
            return Make(disk, names);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string? Read(IJournalDisk disk)
    {
        var bytes = new byte[Length];
        using var file = disk.Open(FileNames.Id);
        return file.Length == Length && file.Read(bytes, 0) == Length && bytes.All(static digit => char.IsAsciiHexDigitLower((char)digit))
            ? Encoding.ASCII.GetString(bytes)
            : null;
    }

    // It has its name when it is whole.
    private static string Make(IJournalDisk disk, IReadOnlyList<string> names)
    {
        foreach (var left in names.Where(static name => name is FileNames.Id or Unfinished))
            disk.Delete(left);
        var id = Guid.NewGuid().ToString("n");
        using (var file = disk.Create(Unfinished, Length))
        {
            file.Write(Encoding.ASCII.GetBytes(id), 0);
            file.Flush();
        }

        disk.Rename(Unfinished, FileNames.Id);
        return id;
    }
}
