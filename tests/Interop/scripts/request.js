'use strict';

// Sends each line of standard input, { code, fields, body }, as a request over one connection and prints its
// "response", or "failed" when there was none. The body goes in and comes out in base64.
//   nameServer

const readline = require('readline');
const { Producer } = require('ali-ons');
const RemotingCommand = require('ali-ons/lib/protocol/command/remoting_command');
const { parameters, print, exit, clientOptions, run } = require('./common');

async function ask(producer, { code, fields, body }) {
  const command = RemotingCommand.createRequestCommand(code, fields || {});
  if (body) command.body = Buffer.from(body, 'base64');
  const response = await producer._mqClient.invoke(parameters.nameServer, command, 15000);
  print('response', {
    code: response.code,
    message: response.remark,
    fields: response.extFields,
    body: response.body && response.body.toString('base64'),
  });
}

run(async () => {
  const producer = new Producer({ ...clientOptions(), producerGroup: 'interop-requests', connectTimeout: 10000 });
  producer.on('error', () => {});
  await producer.ready();
  print('ready', {});
  for await (const line of readline.createInterface({ input: process.stdin })) {
    await ask(producer, JSON.parse(line)).catch(error => print('failed', { message: error.message }));
  }
  exit(0);
});
