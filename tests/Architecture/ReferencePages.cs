using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;

namespace OrleansMq.Architecture.Tests;

/// <summary>
/// Pages that are made from the code. A difference fails; OMQ_UPDATE_DOCS=1 writes them anew.
/// </summary>
internal static partial class ReferencePages
{
    /// <summary>Options by their sections, with defaults and meaning.</summary>
    public static void AssertOptions(string path, string introduction, params Type[] types)
    {
        var page = new StringBuilder(introduction);
        foreach (Type type in types)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {type.GetField("Section")!.GetValue(null)}\n\n| option | default | meaning |\n|---|---|---|\n");
            object defaults = Activator.CreateInstance(type)!;
            foreach (PropertyInfo option in type.GetProperties().Where(property => property.CanWrite && !types.Contains(property.PropertyType)))
                page.Append(CultureInfo.InvariantCulture, $"| `{option.Name}` | {Show(option.GetValue(defaults))} | {SummaryOf(option)} |\n");
        }

        AssertPage(path, page.ToString());
    }

    /// <summary>Options of the client with their meaning, which ends with the default.</summary>
    public static void AssertClientOptions(string path, string introduction, params Type[] types)
    {
        var page = new StringBuilder(introduction);
        foreach (Type type in types)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {type.Name}\n\n| option | meaning |\n|---|---|\n");
            string?[] given = [.. type.GetConstructors().SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name)];
            foreach (PropertyInfo option in type.GetProperties().Where(property => property.CanWrite && !given.Contains(property.Name)))
                page.Append(CultureInfo.InvariantCulture, $"| `{option.Name}` | {SummaryOf(option)} |\n");
        }

        AssertPage(path, page.ToString());
    }

    /// <summary>Log events by their numbers, each used once.</summary>
    public static void AssertLogEvents(string path, string introduction, params Assembly[] assemblies)
    {
        var events = new SortedDictionary<int, LoggerMessageAttribute>();
        foreach (LoggerMessageAttribute message in assemblies.Distinct().SelectMany(MessagesOf))
            Assert.True(events.TryAdd(message.EventId, message), $"The event id {message.EventId} is used twice.");

        var page = new StringBuilder(introduction);
        foreach ((int id, LoggerMessageAttribute message) in events)
            page.Append(CultureInfo.InvariantCulture, $"| {id} | {message.Level} | {message.Message.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        AssertPage(path, page.ToString());
    }

    private static IEnumerable<LoggerMessageAttribute> MessagesOf(Assembly assembly) => assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>();

    private static void AssertPage(string path, string expected)
    {
        string full = Path.Combine(Repository.Root, path);
        if (Environment.GetEnvironmentVariable("OMQ_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, expected);
        }

        string actual = File.Exists(full) ? File.ReadAllText(full) : "";
        Assert.True(expected == actual, $"{path} is not what the code says. Run the Architecture tests once with OMQ_UPDATE_DOCS=1 and look at the difference.");
    }

    private static string Show(object? value) => value switch
    {
        null or "" => "none",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string SummaryOf(PropertyInfo property)
    {
        string xml = Path.ChangeExtension(property.DeclaringType!.Assembly.Location, ".xml");
        XElement summary = XDocument.Load(xml).Descendants("member")
            .Single(member => member.Attribute("name")!.Value == $"P:{property.DeclaringType.FullName}.{property.Name}")
            .Element("summary")!;
        foreach (XElement reference in summary.Descendants("see").ToArray())
            reference.ReplaceWith($"`{reference.Attribute("cref")!.Value.Split('.')[^1]}`");
        foreach (XElement code in summary.Descendants("c").ToArray())
            code.ReplaceWith($"`{code.Value}`");
        return Spaces().Replace(summary.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
