using System.Globalization;

namespace OrleansMq.Messages.Tests.Fuzzing;

/// <summary>Feeds a check with random inputs, each from its own generator made of the seed and an index.</summary>
/// <remarks>
/// OMQ_FUZZ_INPUTS sets how many inputs each check gets (50,000), OMQ_FUZZ_SEED the seed (else a fresh one), and
/// OMQ_FUZZ_FIRST the first index (0). A failure names the three that repeat it at once.
/// </remarks>
internal static class FuzzRun
{
    private const int DefaultInputs = 50_000;

    private static readonly int Inputs = Setting("OMQ_FUZZ_INPUTS", DefaultInputs);
    private static readonly int Seed = Setting("OMQ_FUZZ_SEED", Random.Shared.Next());
    private static readonly int First = Setting("OMQ_FUZZ_FIRST", 0);

    public static void Check(Action<Random> check)
    {
        for (int index = First; index < First + Inputs; index++)
        {
            try
            {
                check(new Random(unchecked((Seed * 31) + (index * 1_000_003))));
            }
            catch (Exception failure)
            {
                Assert.Fail(
                    $"Input {index} failed. Repeat it with OMQ_FUZZ_SEED={Seed} OMQ_FUZZ_FIRST={index} "
                    + $"OMQ_FUZZ_INPUTS=1.\n{failure}");
            }
        }
    }

    private static int Setting(string name, int fallback)
    {
        string? text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? fallback : int.Parse(text, CultureInfo.InvariantCulture);
    }
}
