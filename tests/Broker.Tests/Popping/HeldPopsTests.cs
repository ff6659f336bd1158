using OrleansMq.Broker.Popping;

namespace OrleansMq.Broker.Tests.Popping;

/// <summary>No message lies there while a pop waits that could have it, whoever was woken for it.</summary>
public sealed class HeldPopsTests
{
    private readonly HeldPops _held = new();
    private readonly int[] _messages = new int[3];

    [Fact]
    public void Wake_GoesToTheNext_WhenNobodyWaitsForItsPopAnyMore()
    {
        Waiting gone = Hold();
        Waiting next = Hold();
        gone.IsGone = true;

        Release(queueId: 0, count: 1);
        Assert.Equal((false, true), (gone.HasMessage, next.HasMessage));
        Assert.Equal(0, _held.Count);
    }

    [Fact]
    public void Wake_GoesToTheNext_WhenItsPopIsRefused()
    {
        Waiting refused = Hold();
        Waiting next = Hold();
        refused.IsRefused = true;

        Release(queueId: 0, count: 1);
        Assert.True(next.HasMessage);
    }

    [Fact]
    public void OneWake_ServesAsManyAsThereAreMessages_AndNoMoreAreTriedThanOneBehind()
    {
        Waiting[] pops = [.. Enumerable.Range(0, 6).Select(_ => Hold())];

        Release(queueId: 0, count: 3);
        Assert.Equal([true, true, true, false, false, false], pops.Select(pop => pop.HasMessage));
        Assert.Equal([2, 2, 2, 2, 1, 1], pops.Select(pop => pop.Tries));
    }

    [Fact]
    public void Message_IsNotLost_WhenItComesWhileTwoAreTriedAndTheOneThatIsToTryAgainEnds()
    {
        Waiting other = Hold();
        Waiting ending = Hold();

        // The one that ends has its message and the other has looked in vain; both are still being tried.
        other.AfterLook = () =>
        {
            other.AfterLook = null;
            _held.Wake(Key(0));
            _held.ServeReady();
        };
        ending.AfterLook = () =>
        {
            _messages[0] = 1;
            _held.Wake(Key(0));
        };
        ending.HasOneForItself = true;
        _held.Wake(Key(0));
        _held.ServeReady();

        Assert.Equal((true, true), (ending.HasMessage, other.HasMessage));
    }

    [Fact]
    public void PopOfAllQueues_WakesOneOfEachQueue_WhenNoOtherLooksAtAll()
    {
        Waiting all = Hold(queueId: -1);
        Waiting first = Hold(queueId: 1);
        Waiting second = Hold(queueId: 2);

        Release(queueId: 2, count: 2);
        Assert.Equal((true, false, true), (all.HasMessage, first.HasMessage, second.HasMessage));
    }

    [Fact]
    public void PopOfOneQueue_WakesOnlyThoseThatWantIt()
    {
        Waiting ended = Hold(queueId: 1);
        Waiting elsewhere = Hold(queueId: 2);
        Waiting all = Hold(queueId: -1);

        Release(queueId: 1, count: 1);
        Assert.True(ended.HasMessage);
        Assert.Equal((1, 2), (elsewhere.Tries, all.Tries));
    }

    [Fact]
    public void Notice_HasAPopTriedAgain_ThatLookedTooEarly()
    {
        Waiting pop = Hold();
        Waiting notice = Hold(takes: false);
        pop.AfterLook = () =>
        {
            pop.AfterLook = null;
            Release(queueId: 0, count: 1);
        };

        _held.Wake(Key(0));
        _held.ServeReady();
        Assert.Equal((true, true), (notice.HasMessage, pop.HasMessage));
    }

    private static PopKey Key(int queueId) => new("consumers", "Orders", queueId);

    private Waiting Hold(int queueId = 0, bool takes = true)
    {
        var pop = new Waiting(_messages, takes)
        {
            Group = "consumers",
            Topic = "Orders",
            QueueId = queueId,
            DeadlineMilliseconds = 1,
        };
        _held.Hold(pop);
        _held.ServeReady();
        return pop;
    }

    /// <summary>Messages that can be popped from now on, of which the pops are told once.</summary>
    private void Release(int queueId, int count)
    {
        _messages[queueId] += count;
        _held.Wake(Key(queueId));
        _held.ServeReady();
    }

    private sealed class Waiting(int[] messages, bool takes) : HeldPop
    {
        public bool IsGone { get; set; }

        public bool IsRefused { get; set; }

        /// <summary>Whether it finds a message that the others do not see.</summary>
        public bool HasOneForItself { get; set; }

        /// <summary>What happens when it has looked and before it ends.</summary>
        public Action? AfterLook { get; set; }

        public bool HasMessage { get; private set; }

        public int Tries { get; private set; }

        public override bool IsAbandoned => IsGone;

        public override bool TakesMessages => takes;

        public override bool TryServe()
        {
            Tries++;
            HasMessage = !IsRefused && Look();
            bool isAnswered = HasMessage || IsRefused;
            AfterLook?.Invoke();
            return isAnswered;
        }

        public override void GiveUp() => Assert.Fail("No time is over here.");

        private bool Look()
        {
            if (HasOneForItself)
                return true;

            int queueId = Array.FindIndex(messages, count => count > 0);
            bool isThere = QueueId < 0 ? queueId >= 0 : messages[queueId = QueueId] > 0;
            if (isThere && takes)
                messages[queueId]--;
            return isThere;
        }
    }
}
