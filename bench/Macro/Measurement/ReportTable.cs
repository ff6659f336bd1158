using System.Globalization;
using System.Text.Json;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>Prints reports, as lines of a table or as JSON.</summary>
internal sealed class ReportTable(TextWriter output, bool asJson)
{
    private const double MebiByte = 1024 * 1024;
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private bool _hasHead;

    public void Write(RunReport report)
    {
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(report, s_json));
            return;
        }

        if (!_hasHead)
        {
            output.WriteLine(
                "case                              messages/s   p50 us   p99 us p99.9 us   max us  CPU s/M"
                + "  broker   gen other steal%  RSS MiB priv MiB");
            _hasHead = true;
        }

        Usage usage = report.Usage;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Mode,-32} {report.Rate,12:N0} {report.Median,8:F0} {report.P99,8:F0} {report.P999,8:F0} "
            + $"{report.Max,8:F0} {report.ProcessorSecondsPerMillion,8:F2} {usage.BrokerCores,7:F2} "
            + $"{usage.GeneratorCores,5:F2} {usage.OtherCores,5:F2} {usage.StolenShare * 100,6:F1} "
            + $"{usage.ResidentBytes / MebiByte,8:F0} {usage.PrivateBytes / MebiByte,8:F0}"));
        if (report.MessagesPerFlush is { } shared)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  messages per flush: {shared:F1}"));
        foreach ((string text, long count) in report.Errors)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count:N0} errors: {text}"));
    }
}
