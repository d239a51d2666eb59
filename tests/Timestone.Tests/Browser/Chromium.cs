using System.Diagnostics;
using Timestone.Tests.Support;

namespace Timestone.Tests.Browser;

/// <summary>A Chromium without a window, in which one page is open until it is disposed of.</summary>
public sealed class Chromium : IDisposable
{
    private readonly TemporaryDirectory _profile = new();
    private readonly Process _process;

    private Chromium(string url)
    {
        // Names of these tests lead to this machine, as those of a page that rebinds its name would. What else a browser looks for on the
        // network is off.
        string[] args =
        [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP *.example 127.0.0.1",
            $"--user-data-dir={_profile.Path}",
            "--remote-debugging-port=0",
            url,
        ];
        _process = Process.Start(new ProcessStartInfo("chromium", args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    public static Chromium Open(string url)
    {
        Needs.Chromium();
        return new(url);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _profile.Dispose();
    }
}
