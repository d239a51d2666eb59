using System.IO.Compression;
using System.Xml.Linq;

namespace Timestone.Tests.Packages;

/// <summary>What is in the file of a package.</summary>
internal sealed class Package
{
    private readonly string _file;
    private readonly XElement _metadata;

    public Package(string file)
    {
        _file = file;
        using var archive = ZipFile.OpenRead(file);
        Files = [.. archive.Entries.Select(static entry => entry.FullName)];
        using var specification = archive.Entries.Single(static entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XDocument.Load(specification).Root!.Elements().First();
    }

    public string Id => Says("id")!;

    public string Version => Says("version")!;

    public bool IsTool => _metadata.Descendants().Any(static each => each.Attribute("name")?.Value == "DotnetTool");

    public IReadOnlyList<string> Files { get; }

    /// <summary>The packages that are installed with it.</summary>
    public IEnumerable<string> Dependencies =>
        _metadata.Descendants().Where(static each => each.Name.LocalName == "dependency").Select(static each => each.Attribute("id")!.Value);

    /// <summary>Its symbols, in a file beside it.</summary>
    public IReadOnlyList<string> Symbols
    {
        get
        {
            using var archive = ZipFile.OpenRead(Path.ChangeExtension(_file, ".snupkg"));
            return [.. archive.Entries.Select(static entry => entry.FullName)];
        }
    }

    /// <summary>What its description says under a name; null for nothing.</summary>
    public string? Says(string name) => _metadata.Elements().FirstOrDefault(each => each.Name.LocalName == name)?.Value;

    public string Read(string file)
    {
        using var archive = ZipFile.OpenRead(_file);
        using var reader = new StreamReader(archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }
}
