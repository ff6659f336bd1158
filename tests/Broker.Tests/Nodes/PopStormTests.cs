using System.Globalization;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>
/// 20 consumers pop from four queues. At one message in twenty a consumer crashes and forgets all that it holds, at
/// another it is slow and acknowledges late; one message in sixty crashes everybody; 30 times the broker is stopped or
/// killed. Every message is processed or becomes a dead letter, no attempt is lost or invented, and nothing comes again
/// before its time is over.
/// </summary>
public sealed class PopStormTests
{
    private const int Consumers = 20;
    private const int Messages = 600;
    private const int Queues = 4;
    private const int Restarts = 30;
    private const int MaxAttempts = 3;

    /// <summary>Every so many messages there is one that no consumer survives.</summary>
    private const int PoisonEvery = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryMessage_IsProcessedOrADeadLetter_WhateverCrashes(int seed)
    {
        using var storm = new Storm(seed);
        storm.Send();
        storm.Run();
        storm.AssertAllCameToAnEnd();
    }

    private sealed class Storm : IDisposable
    {
        private readonly TestBroker _broker = new();
        private readonly Random _random;
        private readonly Dictionary<string, int> _deliveries = [];
        private readonly Dictionary<string, long> _visibleAt = [];
        private readonly HashSet<string> _processed = [];
        private readonly List<TestPop.Popped> _late = [];
        private readonly int _seed;
        private int _restarts;

        public Storm(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _broker.Node.Groups.Put(
                new SubscriptionGroupConfig { Name = "consumers", RetryMaxTimes = MaxAttempts - 1 });
        }

        public void Send()
        {
            for (int index = 0; index < Messages; index++)
                Assert.True(_broker.Send("Orders", $"{index}", index % Queues).IsStored);
        }

        public void Run()
        {
            for (int turn = 0; _restarts < Restarts || _broker.Node.Pops.InFlight > 0 || turn % 50 != 0; turn++)
            {
                Consume();
                if (turn % 9 == 8)
                    PassTime();
                if (_restarts < Restarts && turn % 4 == 3)
                    Restart();
                Assert.True(turn < 2_000, $"Seed {_seed}: {_broker.Node.Pops.InFlight} messages are still out.");
            }
        }

        public void AssertAllCameToAnEnd()
        {
            string[] dead = [.. _broker.Pull("%DLQ%consumers").Records.Select(record => record.Body)];
            string[] given = [.. _deliveries.Keys.Except(_processed)];
            Assert.InRange(dead.Length, Messages / PoisonEvery, Messages);
            Assert.Equal(given.Order(), dead.Order());
            Assert.All(given, body => Assert.Equal(MaxAttempts, _deliveries[body]));
            Assert.Equal(Messages, _processed.Count + dead.Length);

            for (int queue = 0; queue < Queues; queue++)
            {
                Assert.Equal(
                    Messages / Queues, _broker.Node.Groups.Find("consumers")!.QueryOffset("Orders", queue));
            }
        }

        public void Dispose() => _broker.Dispose();

        /// <summary>One of the consumers pops and works.</summary>
        private void Consume()
        {
            _broker.Time.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 5_000)));
            int consumer = _random.Next(Consumers);
            TestPop.Popped[] popped = _broker.Pop(max: 1 + (consumer % 8), queueId: -1).Messages;
            foreach (TestPop.Popped message in popped)
            {
                int before = _deliveries.GetValueOrDefault(message.Record.Body);
                Assert.True(
                    before == message.Record.ReconsumeTimes && before < MaxAttempts,
                    $"Seed {_seed}: {message.Record.Body} says {message.Record.ReconsumeTimes} after {before}.");
                Assert.DoesNotContain(message.Record.Body, _processed);

                // Whatever comes again, somebody has let its time pass.
                long visibleAt = _visibleAt.GetValueOrDefault(message.Record.Body);
                Assert.True(
                    visibleAt <= message.Receipt.PoppedAt,
                    $"Seed {_seed}: {message.Record.Body} came again {visibleAt - message.Receipt.PoppedAt} ms early.");
                _visibleAt[message.Record.Body] = message.Receipt.PoppedAt + TestPop.Invisible;
                _deliveries[message.Record.Body] = before + 1;
            }

            for (int index = 0; index < popped.Length; index++)
            {
                double fate = _random.NextDouble();
                if (fate < 0.05 || int.Parse(popped[index].Record.Body, CultureInfo.InvariantCulture) % PoisonEvery == 0)
                    return;
                if (fate < 0.10)
                    _late.Add(popped[index]);
                else
                    Acknowledge(popped[index], mustCount: true);
            }
        }

        /// <summary>Half of the time passes for which a message is out; some of the slow ones are done only now.</summary>
        private void PassTime()
        {
            _broker.Time.Advance(TimeSpan.FromMilliseconds(TestPop.Invisible / 2));
            foreach (TestPop.Popped message in _late.Where(_ => _random.Next(2) == 0).ToArray())
            {
                _late.Remove(message);
                Acknowledge(message, mustCount: false);
            }
        }

        private void Acknowledge(TestPop.Popped message, bool mustCount)
        {
            long end = _broker.Node.Store.Log.AppendedUntil;
            SendResult result = _broker.Ack(message);
            Assert.Equal(ResponseCode.Success, result.Code);
            bool isFirst = _broker.Node.Store.Log.AppendedUntil > end;
            Assert.True(isFirst || !mustCount, $"Seed {_seed}: {message.Record.Body} was finished already.");
            if (isFirst)
                Assert.True(_processed.Add(message.Record.Body));
        }

        private void Restart()
        {
            _restarts++;
            if (_random.Next(3) == 0)
                _broker.Step("omq-checkpoint");
            if (_random.Next(3) == 0)
                _broker.Reopen();
            else
                _broker.Crash();
        }
    }
}
