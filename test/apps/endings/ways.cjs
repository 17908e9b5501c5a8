// Told to end over IPC, makes SPANS spans and ends by ENDING. Half of the spans are jobs, half their
// children, and one is the child of a job that never ends.
const { createServer } = require('node:http');

module.exports = ({ context, trace }) => {
  const makeSpans = () => {
    const tracer = trace.getTracer('endings');
    const jobWithChild = () => {
      const job = tracer.startSpan('job');
      tracer.startSpan('child', {}, trace.setSpan(context.active(), job)).end();
      return job;
    };
    const count = Number(process.env.SPANS);
    for (let made = 1; made < count; made += 2) jobWithChild().end();
    if (count > 0) jobWithChild();
  };
  const listen = () => createServer().listen(0, '127.0.0.1');
  /** Waits to be killed. */
  const wait = () => {
    listen();
    process.send('waiting');
  };
  const ways = {
    'natural end'() {},
    'natural end, listener'() {
      process.on('beforeExit', () => console.log('nothing left to do'));
    },
    'exit code'() {
      process.exitCode = 5;
    },
    'process.exit'() {
      process.exit(3);
    },
    'process.exit, export under way'() {
      setTimeout(() => process.exit(3), 50);
    },
    'process.exit in exit'() {
      process.on('exit', () => process.exit(4));
      process.exit(3);
    },
    'uncaught exception'() {
      setImmediate(() => {
        throw new Error('nobody catches this');
      });
    },
    'unhandled rejection'() {
      void Promise.reject(new Error('nobody handles this'));
    },
    'exception that is handled'() {
      process.once('uncaughtException', () => setTimeout(() => process.exit(6), 50));
      setImmediate(() => {
        throw new Error('somebody catches this');
      });
    },
    wait,
    'own handler, exit'() {
      process.on('SIGTERM', () => setTimeout(() => process.exit(0), 50));
      wait();
    },
    'own handler, once'() {
      process.once('SIGTERM', () => setTimeout(() => process.exit(0), 50));
      wait();
    },
    /** As signal-exit does: ends the process only when nobody else listens. */
    'own handler, sole'() {
      const listener = () => {
        if (process.listeners('SIGTERM').length !== 1) return;
        process.removeListener('SIGTERM', listener);
        console.log('cleaned up');
        process.kill(process.pid, 'SIGTERM');
      };
      process.on('SIGTERM', listener);
      wait();
    },
    'own handler, stays'() {
      process.on('SIGTERM', () => process.send('stays'));
      wait();
    },
  };

  process.on('message', (what) => {
    if (what === 'leave') return process.exit(0);
    makeSpans();
    if (!process.env.ENDING.startsWith('own') && process.env.ENDING !== 'wait') {
      process.disconnect();
    }
    ways[process.env.ENDING]();
  });
  process.send('ready');
};
