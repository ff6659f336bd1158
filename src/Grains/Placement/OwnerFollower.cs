namespace OrleansMq.Grains.Placement;

/// <summary>Calls again when a queue was looked for on the wrong silo, which did nothing.</summary>
internal sealed class OwnerFollower : IOutgoingGrainCallFilter
{
    private const int MaxAttempts = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        TimeSpan pause = FirstPause;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await context.Invoke();
                if (context.Response?.Exception is not WrongSiloException { Owner: not null } || attempt == MaxAttempts)
                    return;
            }
            catch (WrongSiloException wrong) when (wrong.Owner is not null && attempt < MaxAttempts)
            {
            }

            await Task.Delay(pause);
            pause *= 2;
        }
    }
}
