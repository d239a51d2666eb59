using System.Security.Cryptography;
using System.Text;

namespace Timestone.Journals.Redis;

/// <summary>A script that runs within Redis, and the hash by which Redis knows it.</summary>
internal sealed class Script
{
    public static readonly Script Open = new("open.lua");
    public static readonly Script Commit = new("commit.lua");
    public static readonly Script Name = new("name.lua");
    public static readonly Script Delete = new("delete.lua");
    public static readonly Script Read = new("read.lua");
    public static readonly Script Ids = new("ids.lua");
    public static readonly Script Examine = new("examine.lua");
    public static readonly Script Lease = new("lease.lua");
    public static readonly Script Unlease = new("unlease.lua");
    public static readonly Script Wake = new("wake.lua");
    public static readonly Script Due = new("due.lua");
    public static readonly Script ReadOutbox = new("outbox-read.lua");
    public static readonly Script AcknowledgeOutbox = new("outbox-acknowledge.lua");

    private Script(string resource)
    {
        using var stream = typeof(Script).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Text = reader.ReadToEnd();
#pragma warning disable CA5350 // Redis names scripts by SHA-1: a name, not a protection.
        Hash = SHA1.HashData(Encoding.UTF8.GetBytes(Text));
#pragma warning restore CA5350
    }

    public string Text { get; }

    public byte[] Hash { get; }
}
