'use strict';

// Consumes a topic, prints "ready", "assigned" when the queues of the topic change, and "message" for each message.
//   nameServer, topic, group, expression, from, timestamp, isBroadcast, maxReconsumeTimes
//   failing: messages whose body begins with this fail
// Leaves its group when standard input ends.

const { Consumer } = require('ali-ons');
const { SHOWN_CHARACTERS, parameters, print, exit, clientOptions, sha1, onInputEnd, run } = require('./common');

function show(message) {
  const body = message.body || Buffer.alloc(0);
  print('message', {
    topic: message.topic,
    queue: message.queueId,
    host: String(message.storeHost),
    offset: message.queueOffset,
    messageId: message.msgId,
    text: body.toString('utf8', 0, SHOWN_CHARACTERS),
    sha1: sha1(body),
    length: body.length,
    tags: message.tags,
    keys: message.properties.KEYS,
    reconsumeTimes: message.reconsumeTimes,
    bornTimestamp: message.bornTimestamp,
    properties: message.properties,
  });
}

function watchAssignment(consumer) {
  let last = '';
  setInterval(() => {
    const queues = [ ...consumer.processQueueTable.values() ]
      .map(item => item.messageQueue)
      .filter(queue => queue.topic === parameters.topic)
      .map(queue => `${queue.brokerName}/${queue.queueId}`)
      .sort();
    const text = queues.join();
    if (text !== last) print('assigned', { queues });
    last = text;
  }, 50);
}

run(async () => {
  const consumer = new Consumer({
    ...clientOptions(),
    consumerGroup: parameters.group,
    isBroadcast: Boolean(parameters.isBroadcast),
    consumeFromWhere: parameters.from || 'CONSUME_FROM_FIRST_OFFSET',
    consumeTimestamp: parameters.timestamp,
    maxReconsumeTimes: parameters.maxReconsumeTimes === undefined ? 16 : parameters.maxReconsumeTimes,
    rebalanceInterval: 300,
    persistConsumerOffsetInterval: 300,
    brokerSuspendMaxTimeMillis: 3000,
    consumerTimeoutMillisWhenSuspend: 20000,
    pullTimeDelayMillsWhenException: 200,
    pullTimeDelayMillsWhenFlowControl: 100,
    connectTimeout: 10000,
  });
  consumer.on('error', error => print('error', { code: error.code, message: error.message }));
  consumer.subscribe(parameters.topic, parameters.expression || '*', async message => {
    show(message);
    const fails = parameters.failing && message.body && message.body.toString().startsWith(parameters.failing);
    if (fails) throw new Error('failing as told'); // The client overlooks ACTION_RETRY when a message came again.
  });
  onInputEnd(async () => {
    await consumer.close().catch(error => print('error', { message: `close: ${error.message}` }));
    print('left', {});
    exit(0);
  });
  watchAssignment(consumer);
  await consumer.ready();
  print('ready', { clientId: consumer.clientId });
});
