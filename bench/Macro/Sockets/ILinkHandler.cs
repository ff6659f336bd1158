using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Sockets;

/// <summary>What a load does when an answer comes or when its pace says so.</summary>
internal interface ILinkHandler
{
    /// <summary>An answer came; what is queued on the link now is sent right after.</summary>
    /// <param name="link">Where.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="now">When it was received, in ticks of the stopwatch.</param>
    void OnAnswer(Link link, Answer answer, long now);

    /// <summary>The pacer went off.</summary>
    /// <param name="count">How often since the last call.</param>
    void OnPace(long count);
}
