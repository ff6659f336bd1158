'use strict';

// What the scripts share. Each takes its parameters as one JSON object in its first argument, prints one JSON object a
// line, and ends when its standard input does, so that none outlives the test that started it.

const crypto = require('crypto');

const SHOWN_CHARACTERS = 64;

const parameters = JSON.parse(process.argv[2]);

function print(event, fields) {
  process.stdout.write(JSON.stringify({ event, at: Date.now(), ...fields }) + '\n');
}

/** Ends the process once everything it printed is written. */
function exit(code) {
  process.stdout.write('', () => process.exit(code));
}

/** Options that every client of ali-ons gets. */
function clientOptions() {
  return {
    httpclient: {}, // Asserted to be there, not used with nameSrv.
    nameSrv: [].concat(parameters.nameServer), // One or more.
    // The client id is address and instance name: it must differ between processes.
    instanceName: parameters.instanceName || `${process.pid}-${Date.now()}`,
    clientIP: '127.0.0.1',
    logger: { info() {}, debug() {}, warn() {}, error() {} },
    pollNameServerInteval: 500, // Spelled so in the client.
    heartbeatBrokerInterval: 1000,
  };
}

function sha1(body) {
  return crypto.createHash('sha1').update(body || '').digest('hex');
}

function onInputEnd(stop) {
  process.stdin.on('end', stop);
  process.stdin.resume();
}

/** Runs the script; the client keeps timers of its own, so that the process must be ended. */
function run(main) {
  main().catch(error => {
    print('fatal', { code: error.code, message: String(error.stack || error) });
    exit(1);
  });
}

module.exports = { SHOWN_CHARACTERS, parameters, print, exit, clientOptions, sha1, onInputEnd, run };
