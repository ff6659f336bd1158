'use strict';

// Sends messages, prints "sent" or "failed" for each and "done".
//   nameServer, topic, group
//   broker: the only one that messages are sent to, unless they are a series
//   messages: [{ text | bytes, tags, keys, delay, shardingKey, queue, properties, deliverInMilliseconds }]
//   series: { prefix, count, lanes, tags, pause }   many messages; those of a lane are sent one after the other, with a
//     pause of so many milliseconds
//     isSpread: without a sharding key, over all queues
//   retries: how often a message is sent to another broker; small messages only, a retry compresses the body again
//   compressAbove: bytes from which bodies are compressed

const crypto = require('crypto');
const { Producer, Message } = require('ali-ons');
const { SHOWN_CHARACTERS, parameters, print, exit, clientOptions, sha1, onInputEnd, run } = require('./common');

function bodyOf({ text, bytes }) {
  return bytes === undefined ? Buffer.from(text) : crypto.randomBytes(bytes);
}

function build(plan, body) {
  const message = new Message(plan.topic || parameters.topic, plan.tags || '', body);
  if (!plan.tags) delete message.properties.TAGS; // The client would send an empty tag.
  if (plan.keys) message.keys = plan.keys;
  if (plan.delay) message.delayTimeLevel = plan.delay;
  if (plan.shardingKey) message.shardingKey = plan.shardingKey;
  Object.assign(message.properties, plan.properties || {});
  if (plan.deliverInMilliseconds) {
    message.properties.TIMER_DELIVER_MS = String(Date.now() + plan.deliverInMilliseconds);
  }
  return message;
}

let turn = 0;

/** Sends to a queue, or to each in turn, of the broker that the parameters name, or of any. */
async function sendTo(producer, message, queue) {
  const info = await producer.tryToFindTopicPublishInfo(message.topic);
  const queues = info.messageQueueList.filter(({ brokerName, queueId }) =>
    (!parameters.broker || brokerName === parameters.broker) && (queue === undefined || queueId === queue));
  return producer.sendKernelImpl(message, queues[turn++ % queues.length]);
}

async function send(producer, plan) {
  const body = bodyOf(plan);
  const text = plan.text && plan.text.slice(0, SHOWN_CHARACTERS);
  const fields = { text, sha1: sha1(body), length: body.length, sentAt: Date.now() };
  try {
    const message = build(plan, body);
    const isChosen = plan.queue !== undefined || parameters.broker;
    const result = await (isChosen ? sendTo(producer, message, plan.queue) : producer.send(message));
    print('sent', {
      ...fields,
      queue: Number(result.messageQueue.queueId),
      offset: Number(result.queueOffset),
      messageId: result.msgId,
    });
  } catch (error) {
    print('failed', { ...fields, code: error.code, message: error.message });
  }
}

/** A sharding key of the lane. The client forgets its choice when that is the first queue: such keys are passed over. */
function shardingKeyOf(prefix, lane, queues) {
  for (let attempt = 0; ; attempt++) {
    const key = `${prefix}-${lane}-${attempt}`;
    if (crypto.createHash('md5').update(key).digest().readUInt32BE() % queues !== 0) return key;
  }
}

async function sendLane(producer, { prefix, count, lanes, tags, isSpread, pause }, lane, queues) {
  const shardingKey = isSpread ? undefined : shardingKeyOf(prefix, lane, queues);
  for (let index = lane; index < count; index += lanes) {
    const text = `${prefix}-${lane}-${index}`;
    await send(producer, { text, keys: [ text ], tags: tags && tags[index % tags.length], shardingKey });
    if (pause) await new Promise(resolve => setTimeout(resolve, pause));
  }
}

run(async () => {
  onInputEnd(() => process.exit(2));
  const producer = new Producer({
    ...clientOptions(),
    producerGroup: parameters.group || 'interop-producers',
    retryTimesWhenSendFailed: parameters.retries || 0,
    sendMsgTimeout: parameters.sendTimeout || 20000,
    connectTimeout: 10000,
    compressMsgBodyOverHowmuch: parameters.compressAbove || 4096,
  });
  producer.on('error', error => print('error', { code: error.code, message: error.message }));
  await producer.ready();
  for (const plan of parameters.messages || []) await send(producer, plan);
  if (parameters.series) {
    const info = await producer.tryToFindTopicPublishInfo(parameters.topic);
    const queues = new Set(info.messageQueueList.map(queue => queue.queueId)).size;
    const lanes = [ ...Array(parameters.series.lanes).keys() ];
    await Promise.all(lanes.map(lane => sendLane(producer, parameters.series, lane, queues)));
  }
  // The client says goodbye to every broker, also to one that is away.
  await producer.close().catch(error => print('error', { message: `close: ${error.message}` }));
  print('done', {});
  exit(0);
});
