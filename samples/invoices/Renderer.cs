using System.Collections.Concurrent;

namespace Invoices;

/// <summary>Stands in for what renders pages. It breaks at the first try of each third page.</summary>
internal sealed class Renderer
{
    private readonly ConcurrentDictionary<(string Invoice, int Page), bool> _broken = [];

    public async Task RenderAsync(Invoice invoice, int page, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        if (page % 3 == 0 && _broken.TryAdd((invoice.Id, page), true))
            throw new IOException($"The renderer broke on page {page}.");
    }
}
