using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>
/// A transaction whose producer dies at some point, whose broker is killed at some point, and whose producers give some
/// answer: whatever happens, a half message that was stored ends as the answer says, once.
/// </summary>
public sealed class TransactionDeathTests
{
    private const int MaxChecks = 4;
    private const string Properties = "TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002UNIQ_KEY\u0001ABC\u0002";

    /// <summary>When the producer that began the transaction dies; another one of its group lives on.</summary>
    public enum ProducerDeath
    {
        BeforeTheSend,
        BeforeItsAnswer,
        BeforeTheLocalWork,
        BeforeTheDecision,
        AfterTheDecision,
        WhenItIsAsked,
    }

    /// <summary>When the broker is killed, once.</summary>
    public enum BrokerDeath
    {
        BeforeTheHalfIsStored,
        BeforeTheHalfIsDispatched,
        AfterTheHalfIsAnswered,
        BeforeTheEndIsStored,
        BeforeTheEndIsDispatched,
        AfterAProducerWasAsked,
    }

    /// <summary>What the producers know.</summary>
    public enum Answer
    {
        Commit,
        Rollback,
        Unknown,
        Exception,
        Slow,
    }

    public static TheoryData<ProducerDeath, BrokerDeath, Answer> Cases
    {
        get
        {
            var cases = new TheoryData<ProducerDeath, BrokerDeath, Answer>();
            foreach (ProducerDeath producer in Enum.GetValues<ProducerDeath>())
            {
                foreach (BrokerDeath broker in Enum.GetValues<BrokerDeath>())
                {
                    foreach (Answer answer in Enum.GetValues<Answer>())
                        cases.Add(producer, broker, answer);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Transaction_EndsOnceAsItsProducersSay(ProducerDeath producer, BrokerDeath broker, Answer answer)
    {
        using var run = new Run(broker, answer);
        bool isStored = run.Send(producer);
        if (isStored && producer == ProducerDeath.AfterTheDecision)
            run.Decide();
        run.LiveOn(ignoresFirstQuestion: producer == ProducerDeath.WhenItIsAsked);

        bool isCommitted = isStored && answer is Answer.Commit or Answer.Slow;
        bool isParked = isStored && answer is Answer.Unknown or Answer.Exception;
        run.AssertEnd(isStored && isCommitted ? 1 : 0, isStored && isParked ? 1 : 0);
        run.DecideAgain(isOpen: isStored && isParked);
        run.AssertEnd(isStored && (isCommitted || isParked) ? 1 : 0, parked: 0);
    }

    private sealed class Run : IDisposable
    {
        private readonly TestBroker _broker = new(options =>
        {
            options.Transactions.MaxChecks = MaxChecks;
            options.Transactions.CheckInterval = TimeSpan.FromSeconds(10);
        });

        private readonly BrokerDeath _death;
        private readonly Answer _answer;
        private bool _hasDied;
        private int _questions;
        private SendResult _half;

        public Run(BrokerDeath death, Answer answer)
        {
            _death = death;
            _answer = answer;
            _broker.Send("Orders", "creates the topic");
        }

        /// <summary>Whether the half message is stored in the end.</summary>
        public bool Send(ProducerDeath death)
        {
            if (death == ProducerDeath.BeforeTheSend)
                return false;

            // A send that the broker did not survive is tried again by a producer that lives.
            if (DieAt(BrokerDeath.BeforeTheHalfIsStored) && death == ProducerDeath.BeforeItsAnswer)
                return false;

            _half = _broker.Send(
                "Orders", "paid", properties: Properties, flags: SystemFlags.TransactionPrepared, isDispatched: false);
            Assert.True(_half.IsStored);
            DieAt(BrokerDeath.BeforeTheHalfIsDispatched);
            _broker.Node.Pump();
            DieAt(BrokerDeath.AfterTheHalfIsAnswered);
            return true;
        }

        /// <summary>The producer says what it knows, unasked.</summary>
        public void Decide()
        {
            if (_answer == Answer.Commit)
                End(TransactionOutcome.Committed);
            else if (_answer == Answer.Rollback)
                End(TransactionOutcome.RolledBack);
        }

        /// <summary>Time passes; another producer of the group answers what it is asked.</summary>
        public void LiveOn(bool ignoresFirstQuestion)
        {
            for (int round = 0; round < MaxChecks + 4; round++)
            {
                _broker.Node.Producers.Heartbeat("payers", new ProducerMember { ClientId = "other", ChannelId = 1 });
                _broker.Time.Advance(TimeSpan.FromSeconds(11));
                _broker.Channels.Questions.Clear();
                _broker.Step("omq-transactions");
                if (_broker.Channels.Questions.Count == 0)
                    continue;

                Assert.Single(_broker.Channels.Questions);
                _questions++;
                DieAt(BrokerDeath.AfterAProducerWasAsked);
                if (_questions == 1 && ignoresFirstQuestion)
                    continue;
                if (_answer == Answer.Slow && _questions >= 3)
                    End(TransactionOutcome.Committed);
                else
                    Decide();
            }

            Assert.InRange(_questions, 0, MaxChecks);
        }

        /// <summary>What was decided comes again, and against it; only what is parked can still be ended.</summary>
        public void DecideAgain(bool isOpen)
        {
            if (!_half.IsStored)
                return;

            TransactionOutcome first = _answer == Answer.Rollback
                ? TransactionOutcome.RolledBack
                : TransactionOutcome.Committed;
            TransactionOutcome other = first == TransactionOutcome.Committed
                ? TransactionOutcome.RolledBack
                : TransactionOutcome.Committed;
            Assert.Equal(isOpen, EndOnce(first).Append.EndOffset > 0);
            EndOnce(first);
            EndOnce(other);
            _broker.Crash();
            EndOnce(first);
            EndOnce(other);
        }

        public void AssertEnd(int messages, int parked)
        {
            Assert.Equal(messages, _broker.BodiesOf("Orders").Count(body => body == "paid"));
            Assert.Equal(parked, _broker.Node.Transactions.Count);
            Assert.All(
                _broker.Node.Transactions.List(), half => Assert.Equal(TransactionState.Parked, half.State));
        }

        public void Dispose() => _broker.Dispose();

        private void End(TransactionOutcome outcome)
        {
            // A decision that the broker did not survive is lost: it is sent one way.
            if (DieAt(BrokerDeath.BeforeTheEndIsStored))
                return;

            SendResult result = _broker.Node.Transactions.End(
                _half.Append.PhysicalOffset, _half.Append.QueueOffset, "payers", outcome);
            Assert.Equal(ResponseCode.Success, result.Code);
            DieAt(BrokerDeath.BeforeTheEndIsDispatched);
            _broker.Node.Pump();
        }

        private SendResult EndOnce(TransactionOutcome outcome)
        {
            SendResult result = _broker.Node.Transactions.End(_half.Append.PhysicalOffset, null, "payers", outcome);
            _broker.Node.Pump();
            return result;
        }

        private bool DieAt(BrokerDeath point)
        {
            if (_hasDied || point != _death)
                return false;

            _hasDied = true;
            _broker.Crash();
            return true;
        }
    }
}
