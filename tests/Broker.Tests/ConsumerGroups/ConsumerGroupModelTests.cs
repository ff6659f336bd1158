using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

/// <summary>
/// Goal: whatever clients do, the members are those that spoke lately, every change is told to every other member
/// once, and a queue is locked by one member at most. Method: seeded random calls, with the same done to a dictionary,
/// compared after each step.
/// </summary>
public sealed class ConsumerGroupModelTests
{
    private const int Runs = 2_000;
    private const int Steps = 60;

    [Fact]
    public void Group_DoesAsTheModelDoes()
    {
        for (int seed = 1; seed <= Runs; seed++)
        {
            try
            {
                new Run(seed).Play();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The run with seed {seed} failed.", exception);
            }
        }
    }

    private sealed class Run(int seed)
    {
        private const long ExpiryMilliseconds = 120_000;
        private const long LockMilliseconds = 60_000;

        private readonly Random _random = new(seed);
        private readonly ConsumerGroup _group = new("group", new BrokerOptions());
        private readonly SortedDictionary<string, (long Channel, long Heard)> _members = new(StringComparer.Ordinal);
        private readonly Dictionary<MessageQueueKey, (string Owner, long Renewed)> _locks = [];
        private long _now = 1_700_000_000_000;
        private long _epoch;

        public void Play()
        {
            for (int step = 0; step < Steps; step++)
            {
                _now += _random.Next(4) == 0 ? _random.Next(70_000) : _random.Next(2_000);
                switch (_random.Next(12))
                {
                    case < 4:
                        Heartbeat();
                        break;
                    case 4:
                        Leave(Client(), (name, _) => name, _group.Unregister);
                        break;
                    case 5:
                        Leave(
                            _random.NextInt64(4), (_, member) => member.Channel,
                            id => _group.ChannelClosed(new ClientChannel("b", id)));
                        break;
                    case 6:
                        Expire();
                        break;
                    case < 10:
                        Lock();
                        break;
                    default:
                        Unlock();
                        break;
                }

                Compare();
            }
        }

        private string Client() => $"c{_random.Next(5)}";

        private MessageQueueKey[] Queues() =>
        [
            .. Enumerable.Range(0, 6)
                .Where(_ => _random.Next(2) == 0)
                .Select(id => new MessageQueueKey("Orders", "b", id)),
        ];

        private void Heartbeat()
        {
            string client = Client();
            long channel = _random.Next(4);
            bool isNew = !_members.ContainsKey(client);
            _members[client] = (channel, _now);
            Subscription[] subscriptions = [Subscription.ToAll("Orders", 1)];
            var member = new GroupMember
            {
                ClientId = client,
                Channel = new ClientChannel("b", channel),
                Subscriptions = subscriptions,
            };
            AssertTold(_group.Heartbeat(member, _now), isNew);
        }

        private void Leave<T>(T key, Func<string, (long Channel, long Heard), T> keyOf, Func<T, GroupChange> leave)
            where T : IEquatable<T>
        {
            string[] leaving = ClientsWhere(pair => keyOf(pair.Key, pair.Value).Equals(key));
            Forget(leaving);
            AssertTold(leave(key), leaving.Length > 0);
        }

        private void Expire()
        {
            string[] silent = ClientsWhere(pair => _now - pair.Value.Heard > ExpiryMilliseconds);
            Forget(silent);
            GroupChange change = _group.Expire(_now);
            Assert.Equal(silent, change.Effects.OfType<ChannelExpired>().Select(expired => expired.ClientId));
            AssertTold(change, silent.Length > 0);
        }

        private void Lock()
        {
            string client = Client();
            MessageQueueKey[] wanted = Queues();
            MessageQueueKey[] expected = [.. wanted.Where(queue => OwnerOf(queue) is not { } owner || owner == client)];
            Assert.Equal(expected, _group.Locks.Lock(client, wanted, _now));
            foreach (MessageQueueKey queue in expected)
                _locks[queue] = (client, _now);
        }

        private void Unlock()
        {
            string client = Client();
            MessageQueueKey[] queues = Queues();
            _group.Locks.Unlock(client, queues);
            foreach (MessageQueueKey queue in queues)
            {
                if (_locks.TryGetValue(queue, out var held) && held.Owner == client)
                    _locks.Remove(queue);
            }
        }

        private void Forget(string[] clients)
        {
            foreach (string client in clients)
            {
                _members.Remove(client);
                foreach ((MessageQueueKey queue, (string owner, _)) in _locks)
                {
                    if (owner == client)
                        _locks.Remove(queue);
                }
            }
        }

        private string[] ClientsWhere(Func<KeyValuePair<string, (long Channel, long Heard)>, bool> condition) =>
            [.. _members.Where(condition).Select(pair => pair.Key)];

        private string? OwnerOf(MessageQueueKey queue) =>
            _locks.TryGetValue(queue, out var held) && _now - held.Renewed <= LockMilliseconds ? held.Owner : null;

        private void AssertTold(GroupChange change, bool isExpected)
        {
            Assert.Null(change.Problem);
            MembersChanged[] told = [.. change.Effects.OfType<MembersChanged>()];
            if (!isExpected)
            {
                Assert.Empty(told);
                return;
            }

            Assert.Equal(++_epoch, Assert.Single(told).Epoch);
            Assert.Equal(
                _members.Values.Select(member => member.Channel).Distinct().Order(), told[0].Channels.Select(told => told.Id).Order());
        }

        private void Compare()
        {
            Assert.Equal(_epoch, _group.Epoch);
            Assert.True(_members.Keys.SequenceEqual(_group.ClientIds), "The client ids differ.");
            var members = _group.Members.Select(member => (member.Channel.Id, member.LastHeartbeatMilliseconds));
            Assert.True(_members.Values.SequenceEqual(members), "The members differ.");
            for (int id = 0; id < 6; id++)
            {
                var queue = new MessageQueueKey("Orders", "b", id);
                Assert.Equal(OwnerOf(queue), _group.Locks.OwnerOf(queue, _now));
            }
        }
    }
}
