using System.Diagnostics;
using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Sockets;

/// <summary>
/// The one thread of the load generator: waits until some links are ready, hands their answers over and sends what
/// follows from them.
/// </summary>
internal sealed class LinkLoop(IReadOnlyList<Link> links, ILinkHandler handler) : IDisposable
{
    private const int PacerTag = -1;

    private readonly EpollSet _set = new();
    private Pacer? _pacer;

    /// <summary>Begins to serve the links, and to call the handler at a pace if there is one.</summary>
    public void Start(Pacer? pacer = null)
    {
        foreach (Link link in links)
            _set.Control(LinuxCalls.EpollAdd, link.FileDescriptor, LinuxCalls.EpollReadable, link.Index);
        foreach (Link link in links)
            Flush(link);
        _pacer = pacer;
        if (pacer is not null)
            _set.Control(LinuxCalls.EpollAdd, pacer.FileDescriptor, LinuxCalls.EpollReadable, PacerTag);
    }

    /// <summary>Waits once and serves what is ready.</summary>
    public void Turn(int timeoutMilliseconds)
    {
        int ready = _set.Wait(timeoutMilliseconds);
        for (int index = 0; index < ready; index++)
        {
            int tag = _set.TagAt(index);
            if (tag == PacerTag)
                handler.OnPace(_pacer!.Take());
            else
                Serve(links[tag], _set.EventsAt(index));
        }
    }

    /// <summary>Sends what is queued on a link.</summary>
    public void Flush(Link link)
    {
        link.Flush();
        if (link.IsBlocked == link.IsWaitingToWrite)
            return;
        link.IsWaitingToWrite = link.IsBlocked;
        uint interest = LinuxCalls.EpollReadable | (link.IsBlocked ? LinuxCalls.EpollWritable : 0);
        _set.Control(LinuxCalls.EpollModify, link.FileDescriptor, interest, link.Index);
    }

    public void Dispose() => _set.Dispose();

    private void Serve(Link link, uint events)
    {
        if ((events & ~LinuxCalls.EpollWritable) != 0)
        {
            link.Receive();
            long now = Stopwatch.GetTimestamp();
            while (link.TryTake(out Answer answer))
                handler.OnAnswer(link, answer, now);
        }

        Flush(link);
    }
}
