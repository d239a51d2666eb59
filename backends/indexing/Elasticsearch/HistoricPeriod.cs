namespace Timestone.Indexing.Elasticsearch;

/// <summary>How much time one historic index covers, in UTC.</summary>
public enum HistoricPeriod
{
    /// <summary>A day: <c>timestone-historic-2026.01.31</c>.</summary>
    Day = 0,

    /// <summary>A week by ISO 8601, from Monday: <c>timestone-historic-2026.w05</c>.</summary>
    Week = 1,

    /// <summary>A month: <c>timestone-historic-2026.01</c>.</summary>
    Month = 2,
}
